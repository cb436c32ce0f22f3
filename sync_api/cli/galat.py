"""Failures of a command, said to people."""


class GagalPerintah(Exception):
    """A command cannot do what was asked; the text is the one line for standard error."""
