"""The way into the command: the console script, and `python -m sync_api.cli.sinkro`, so that the command line of a
child reads `sinkro worker`."""

import signal


def main() -> None:
    """Runs one command and exits with its code."""
    # Python's own handler would raise in the middle of an import, where weak references and pydantic swallow what is
    # raised: a Ctrl-C would be lost.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sync_api.cli.app import main as jalankan

    signal.signal(signal.SIGINT, signal.default_int_handler)
    jalankan()


if __name__ == "__main__":
    main()
