"""Verbs of who keeps a hub: begin it, look at what ails it, keep a copy of it, and bring it back."""
