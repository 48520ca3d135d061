"""Alembic's scripts for the connectors' database."""
