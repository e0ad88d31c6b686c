"""Invented nights with a known truth: networks, flights, air, sensors and their faults, to reports."""
