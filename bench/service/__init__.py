"""Benchmarks of the live service."""
