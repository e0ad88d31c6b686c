"""Pressure to sources: spectrum, floor, tones, direction, kind, the Listener that joins them; and whole passes."""
