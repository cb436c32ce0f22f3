"""`python -m sync_api.cli.sinkro ...`: the command as a child process: its command line reads `sinkro worker`."""

from sync_api.cli.app import main

if __name__ == "__main__":
    main()
