"""What the priority of a queue item is made of."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE queue_items ADD COLUMN parts jsonb NOT NULL DEFAULT '[]'",
    "COMMENT ON COLUMN queue_items.parts IS 'factor, points and why; the points add up to the priority'",
    # The clock derives them: what a priority is made of follows from the facts.
    "INSERT INTO stale_people SELECT person_id FROM queue_items ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    """Add the column."""
    for statement in STATEMENTS:
        op.execute(statement)
