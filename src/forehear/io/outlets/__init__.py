"""What leaves for other people's systems: records to their bytes. No sockets, no clock, no tasks."""
