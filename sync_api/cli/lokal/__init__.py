"""The whole service on one machine: embedded PostgreSQL and Valkey, the sandbox, API and workers under a supervisor."""
