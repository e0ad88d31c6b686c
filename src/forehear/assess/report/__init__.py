"""One page that a person can read: what is known, by whom, how well, and what is guessed."""
