"""What a scenario may say: files, settings, checks, emitters."""
