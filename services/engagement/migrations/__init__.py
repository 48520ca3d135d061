"""Alembic revisions of engagement's database."""
