"""Demo and replay: a simulated or recorded night, played to a live service."""
