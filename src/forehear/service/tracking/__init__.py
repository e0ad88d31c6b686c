"""The tracker's own process, and who keeps it running."""
