"""Ratings and what hangs on them: loaded and written set-wise for the engine, read for the API."""
