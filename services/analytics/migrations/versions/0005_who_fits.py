"""What decides who fits a position: of people what they know, ask and are recorded as, of positions all that they ask."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    ALTER TABLE people ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY, ADD COLUMN years double precision,
        ADD COLUMN salary double precision, ADD COLUMN currency text, ADD COLUMN attributes jsonb
    """,
    "COMMENT ON COLUMN people.number IS 'the bit that stands for the person in bitmaps'",
    "ALTER TABLE positions ADD COLUMN snapshot jsonb",
    # Every snapshot is read again.
    "DELETE FROM inbox_offsets WHERE group_name = 'analytics.projector' AND topic <> 'rekindle.engagement.v1'",
    "DELETE FROM inbox_heads WHERE group_name = 'analytics.projector' AND topic <> 'rekindle.engagement.v1'",
    "DELETE FROM inbox_parked WHERE group_name = 'analytics.projector' AND topic <> 'rekindle.engagement.v1'",
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
