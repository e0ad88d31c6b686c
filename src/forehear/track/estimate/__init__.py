"""What a sound says of a flight, and what many say together: measurement, filter, fit, prior."""
