"""Whose sound it is: reports are taken in and given to the tracks that they are of."""
