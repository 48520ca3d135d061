"""The embedded stack: PostgreSQL, Kafka and all services from one command."""
