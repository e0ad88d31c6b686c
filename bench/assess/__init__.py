"""Benchmarks of assessment."""
