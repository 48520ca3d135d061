"""A mark of a person who must be derived has a token, which changes when the person is marked again."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE stale_people ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()")
