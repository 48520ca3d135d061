"""What a person's record says of their tier, and since when it names each skill and number of years; the tier of a queue item."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE relationships ADD COLUMN tier text, ADD COLUMN gained jsonb",
    "COMMENT ON COLUMN relationships.gained IS 'since when the record names each skill, and each rise of years'",
    "ALTER TABLE queue_items ADD COLUMN tier text",
    # The group begins at the beginning of the compacted topic, so the tier of everybody becomes known.
    "DELETE FROM inbox_offsets WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_heads WHERE group_name = 'engagement.records'",
    "DELETE FROM inbox_parked WHERE group_name = 'engagement.records'",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        op.execute(statement)
