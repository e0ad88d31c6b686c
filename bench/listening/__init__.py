"""Benchmarks of listening."""
