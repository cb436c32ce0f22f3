"""`python -m sync_api.cli ...`: the command without an installed console script."""

from sync_api.cli.app import main

if __name__ == "__main__":
    main()
