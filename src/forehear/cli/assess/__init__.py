"""`forehear assess`: its arguments, what answers from data, what flies."""
