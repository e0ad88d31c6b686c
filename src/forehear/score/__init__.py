"""An answer against the truth: assignment, tally, GOSPA, the Cramer-Rao bound."""
