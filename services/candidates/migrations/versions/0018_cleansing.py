"""The lists of people whose records are to be cleansed are found by indexes."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX candidates_by_change ON candidates (changed_at) WHERE record IS NOT NULL",
    """
    CREATE INDEX candidates_unreachable ON candidates (id) WHERE record IS NOT NULL
        AND record -> 'emails' = '[]' AND record -> 'phones' = '[]' AND record -> 'links' = '[]'
    """,
    "CREATE INDEX candidates_incomplete ON candidates (id) WHERE record IS NOT NULL AND (skills = '{}' OR level IS NULL)",
)


def upgrade() -> None:
    """Add the indexes."""
    for statement in STATEMENTS:
        op.execute(statement)
