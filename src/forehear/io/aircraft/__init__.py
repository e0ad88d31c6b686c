"""Known aircraft, as receivers of their transponders give them: bytes to records. No sockets, no clock."""
