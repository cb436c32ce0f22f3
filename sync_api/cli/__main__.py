"""`python -m sync_api.cli ...`: the command without an installed console script."""

from sync_api.cli.sinkro import main

if __name__ == "__main__":
    main()
