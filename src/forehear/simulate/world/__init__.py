"""What there is: land, paths, traffic, truth."""
