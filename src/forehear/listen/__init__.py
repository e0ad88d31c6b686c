"""Pressure to sources: spectrum, noise floor, tones, direction, kind, and the Listener that joins them."""
