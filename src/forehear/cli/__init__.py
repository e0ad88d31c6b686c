"""The commands: one small module per verb, imported only when called."""
