"""Who made the last touch, on the queue's items; counts by status are read from an index alone."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE queue_items ADD COLUMN last_touch_by text",
    # The clock derives them: who made the last touch is in the log.
    "INSERT INTO stale_people SELECT person_id FROM queue_items ON CONFLICT DO NOTHING",
    "CREATE INDEX queue_items_by_last_touch ON queue_items (last_touch_by) WHERE presence = 'live'",
    "CREATE INDEX queue_items_by_lease ON queue_items (recruiter) WHERE presence = 'live' AND lease IS NOT NULL",
    "DROP INDEX queue_items_by_priority",
    """
    CREATE INDEX queue_items_by_priority ON queue_items (priority DESC, due_at, id) INCLUDE (lease_expires_at, snoozed_until)
        WHERE presence = 'live'
    """,
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
