"""Reports to tracks: likelihood, filter, association, birth, bound, and the Tracker that holds them together."""
