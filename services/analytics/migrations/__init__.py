"""Alembic migrations of the analytics database."""
