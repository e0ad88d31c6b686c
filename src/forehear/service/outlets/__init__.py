"""Everything that leaves for other people's systems: one worker an outlet, none of which can hold up another."""
