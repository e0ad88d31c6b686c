"""Arrivals to alerts: the state of each site, and when it changes. Pure."""
