"""PostgreSQL: engine, transactions, set-wise writes and every table."""
