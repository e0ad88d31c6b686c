"""Tracks to arrivals: how probable it is that a target comes to a place, and when. Pure."""
