"""Leases have a table of their own, so that a claim writes neither the items' wide rows nor their indexes."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE leases (
        person_id uuid PRIMARY KEY,
        lease uuid NOT NULL,
        recruiter text NOT NULL,
        lease_expires_at timestamptz NOT NULL,
        lease_newest_close timestamptz
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE leases IS 'who holds which item of the queue, or held it last; derived from the queue log'",
    """
    INSERT INTO leases SELECT person_id, lease, recruiter, lease_expires_at, lease_newest_close
    FROM queue_items WHERE lease IS NOT NULL
    """,
    "CREATE INDEX leases_by_expiry ON leases (lease_expires_at) INCLUDE (person_id, recruiter)",
    "DROP INDEX queue_items_by_priority",
    "DROP INDEX queue_items_by_lease",
    """
    ALTER TABLE queue_items DROP COLUMN lease, DROP COLUMN recruiter, DROP COLUMN lease_expires_at,
        DROP COLUMN lease_newest_close
    """,
    """
    CREATE INDEX queue_items_by_priority ON queue_items (priority DESC, due_at, id) INCLUDE (snoozed_until, person_id)
        WHERE presence = 'live'
    """,
)


def upgrade() -> None:
    """Create the table, move the leases, and give the queue's order an index without them."""
    for statement in STATEMENTS:
        op.execute(statement)
