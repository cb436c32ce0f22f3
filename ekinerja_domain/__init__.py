"""The regulation as code: who, which unit, which rule. Standard library only, no I/O, no clock."""
