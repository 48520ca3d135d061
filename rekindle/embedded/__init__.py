"""PostgreSQL and Kafka without an installation: the stack that one command starts."""
