"""Benchmarks: what is compared, with what, in one run."""
