"""What minutes of warning are worth to whoever runs a grid, on made-up test systems only."""
