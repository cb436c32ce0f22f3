"""The command line `sinkro`: one short module per command group, heavy imports only inside the commands."""
