"""Known aircraft in the service: feeds that are kept alive, and what is known now."""
