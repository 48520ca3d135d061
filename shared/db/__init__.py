"""PostgreSQL: engines and transactions, locks, migrations."""
