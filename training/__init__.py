"""Where what listening knows of kinds was learned: sounds that anybody may use, and the fit.

Nothing that runs needs it.
"""
