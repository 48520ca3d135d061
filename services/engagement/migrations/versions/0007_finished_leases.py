"""How an action on a leased item was answered, so that the same again is answered alike."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.execute("ALTER TABLE queue_log ADD COLUMN answered_status text, ADD COLUMN answered_due_at timestamptz")
