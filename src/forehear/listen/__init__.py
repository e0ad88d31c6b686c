"""Pressure to sources: spectrum, noise floor, tones, direction, kind, the Listener that joins them, and whole passes."""
