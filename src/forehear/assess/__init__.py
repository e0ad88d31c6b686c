"""What sourced claims and observed launches mean for a network and the places it warns.

Seen from the side of those who are warned: how many, when, how large a raid, how much warning is left.
Nothing here ranks real sites by harm, lists targets, or plans a route.
"""
