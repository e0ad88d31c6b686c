"""A second world, written apart: other laws of hearing, error and reporting than the first's, on purpose.

What lives here: who hears what, what is measured, what goes wrong and what is sent. Shared with the first world:
scenarios, the network, the flights and their paths, the columns of reports. Nothing else, and `track` knows of
neither.
"""
