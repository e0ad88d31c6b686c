"""Launches per month and raid size per night, one to twelve months ahead, as distributions."""
