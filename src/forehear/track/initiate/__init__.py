"""How a track begins: streams of several sensors that one flight explains."""
