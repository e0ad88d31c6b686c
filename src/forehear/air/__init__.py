"""How sound travels: speed, absorption, levels, retarded time and Doppler. Pure functions."""
