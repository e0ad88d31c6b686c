"""The web's endpoints, one module each."""
