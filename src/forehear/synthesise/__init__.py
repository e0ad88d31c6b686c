"""Flights to sound at microphones, in pascals."""
