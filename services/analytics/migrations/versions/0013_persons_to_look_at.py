"""Copies of the attempts in memory are told of whom to read anew though no attempt of theirs changed."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE persons_to_read (person uuid PRIMARY KEY, version bigint NOT NULL) WITH (fillfactor = 80)",
    "COMMENT ON TABLE persons_to_read IS 'whose attempts add something else to the metrics though their rows are as they were'",
    """
    CREATE INDEX persons_to_read_by_version ON persons_to_read
    USING brin (version) WITH (pages_per_range = 16, autosummarize = on)
    """,
)


def upgrade() -> None:
    """Create the table."""
    for statement in STATEMENTS:
        op.execute(statement)
