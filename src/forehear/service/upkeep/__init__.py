"""What a hub needs over years: its first files, a look at what ails it, a copy of all it knows, and back."""
