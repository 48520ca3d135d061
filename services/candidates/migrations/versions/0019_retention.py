"""Who was asked whether they may be kept."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE retention_questions (
        candidate_id uuid PRIMARY KEY,
        asked_at timestamptz NOT NULL,
        asked_by text NOT NULL
    )
    """,
    "COMMENT ON TABLE retention_questions IS 'who was last asked when, and by whom, whether they may be kept'",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)
