"""The simulated PMM: one server for demo, tests and callers' own trials, with fault switches and sample data.

It serves the contract the client is written against and imports nothing of the client, so both can be wrong only apart.
"""
