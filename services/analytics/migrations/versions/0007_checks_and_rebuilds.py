"""What the checks of the counters found, and how far a rebuild has come."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE attempts_gone ADD COLUMN person uuid",
    """
    CREATE TABLE drift (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        checked bigint NOT NULL,
        checked_at timestamptz NOT NULL,
        wrong bigint NOT NULL,
        wrong_at timestamptz
    )
    """,
    "COMMENT ON TABLE drift IS 'how many counters were compared with the attempts since the last rebuild, how many wrong'",
    """
    CREATE TABLE rebuild (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        since bigint NOT NULL,
        after uuid,
        pursuits bigint NOT NULL DEFAULT 0,
        attempts_wrong bigint NOT NULL DEFAULT 0
    )
    """,
    "COMMENT ON TABLE rebuild IS 'a rebuild that has begun: the transaction it began with, and the last stream that is done'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
