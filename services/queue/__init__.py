"""The bell between the API and the workers. The work itself is in PostgreSQL (ADR 0003)."""
