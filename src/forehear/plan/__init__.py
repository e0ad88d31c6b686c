"""What a network gives: minutes of warning, played and in closed form."""
