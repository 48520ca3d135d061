"""Finding items among a million: past those that are leased, by tier in the queue's order, by what records say."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP INDEX queue_items_by_priority",
    """
    CREATE INDEX queue_items_by_priority
        ON queue_items (priority DESC, due_at, id, coalesce(lease_expires_at, '-infinity'::timestamptz))
        INCLUDE (lease_expires_at, snoozed_until) WHERE presence = 'live'
    """,
    """
    CREATE INDEX queue_items_by_tier ON queue_items (tier, priority DESC, due_at, id)
        WHERE presence = 'live' AND tier IS NOT NULL
    """,
    "CREATE INDEX relationships_by_country ON relationships (country) WHERE country IS NOT NULL",
    "CREATE INDEX relationships_by_level ON relationships (level) WHERE level IS NOT NULL",
    "CREATE INDEX relationships_by_skill ON relationships USING gin (skills) WHERE skills IS NOT NULL",
)


def upgrade() -> None:
    """Replace an index and create four."""
    for statement in STATEMENTS:
        op.execute(statement)
