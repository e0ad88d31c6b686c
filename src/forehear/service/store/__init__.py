"""What is kept: reports, alerts, messages; acknowledged is on the disk."""
