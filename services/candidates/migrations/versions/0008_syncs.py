"""The order of changes, in which syncs read candidates and positions."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    for table in ("candidates", "positions"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN sync_number bigint")
        op.execute(f"COMMENT ON COLUMN {table}.sync_number IS 'its place in the order of changes; null until a sync numbers it'")
        op.execute(f"CREATE SEQUENCE {table}_sync OWNED BY {table}.sync_number")
        op.execute(f"CREATE INDEX {table}_by_sync ON {table} (sync_number)")
