"""Observed launches: bulletins to days, months, regimes."""
