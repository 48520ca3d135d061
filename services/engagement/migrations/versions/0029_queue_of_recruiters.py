"""A recruiter's items in the queue's order, so that a page of them reads no more than it shows."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX queue_items_by_last_touch",
    """
    CREATE INDEX queue_items_by_last_touch ON queue_items (last_touch_by, priority DESC, due_at, id)
        WHERE presence = 'live' AND last_touch_by IS NOT NULL
    """,
)


def upgrade() -> None:
    """Replace an index."""
    for statement in STATEMENTS:
        op.execute(statement)
