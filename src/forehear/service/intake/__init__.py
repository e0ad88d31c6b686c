"""The way in: a report is judged, counted and handed to the store."""
