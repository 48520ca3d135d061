"""What was removed of an erased person is kept, for the confirmation."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE people ADD COLUMN removed jsonb")
    op.execute("COMMENT ON COLUMN people.removed IS 'how much was removed of an erased person, by kind'")
