"""`forehear plan`: one module per question, and what they share."""
