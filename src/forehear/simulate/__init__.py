"""Flights, emitters and air to reports and truth; and the score of an answer against the truth."""
