"""Vetted: who looked into a person, by what, and until when that holds; pools of vetted people only."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE candidates ADD COLUMN vetting jsonb, ADD COLUMN vetted_until timestamptz",
    "COMMENT ON COLUMN candidates.vetting IS 'what was said of the stream: by what it was vetted, by whom, when, until when'",
    "COMMENT ON COLUMN candidates.vetted_until IS 'until when it is vetted; null once that is over'",
    "CREATE INDEX candidates_vetted ON candidates (vetted_until, person_id) WHERE vetted_until IS NOT NULL",
    "ALTER TABLE pools ADD COLUMN vetted_only boolean NOT NULL DEFAULT false",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        op.execute(statement)
