"""Pressure to sources: spectrum, noise floor, harmonics, direction, kind; and what a whole pass tells."""
