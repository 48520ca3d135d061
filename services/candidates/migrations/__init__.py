"""Alembic migrations of the candidates database."""
