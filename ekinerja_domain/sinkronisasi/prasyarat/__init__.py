"""The prerequisites of each sync as named checks; a list of them reads as the specification (spec: domain 4)."""
