"""Every door: the HTTP API, the console and the command line."""
