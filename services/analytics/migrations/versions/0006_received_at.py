"""Each fact says when it was received, so that a number can be told as it was believed to be."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE facts ADD COLUMN received_at timestamptz",
    "COMMENT ON COLUMN facts.received_at IS 'null in what was stored before it was kept: its own time stands for it'",
    # Facts come in the order of their receipt and nearly in that of their times: summaries of pages find what is late.
    """
    CREATE INDEX facts_by_received_at ON facts USING brin (coalesce(received_at, time), time)
        WITH (pages_per_range = 32, autosummarize = on)
    """,
)


def upgrade() -> None:
    """Change the table."""
    for statement in STATEMENTS:
        op.execute(statement)
