"""What is published carries the time of its receipt; null is the time at which it was put into the outbox."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE outbox ADD COLUMN received_at timestamptz")
