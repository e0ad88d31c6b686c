"""Benchmarks of tracking and forecasts."""
