"""Limits at the door: how often a caller may ask, how large and how slow a request may be, how many run at once."""
