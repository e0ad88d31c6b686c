"""What people are shown: sensors' states, pictures, the live stream."""
