"""Bearings by an array of microphones: when a wave comes to each of them."""
