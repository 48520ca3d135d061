"""What was removed of an erased stream is kept, for the confirmation."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE relationships ADD COLUMN removed jsonb")
    op.execute("COMMENT ON COLUMN relationships.removed IS 'how much was removed of an erased stream, by kind'")
