"""What moves a person: dated notes that are superseded and never overwritten, and by whose words the person is found."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE candidate_insights (
        id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL,
        kind text NOT NULL,
        text text NOT NULL,
        author text NOT NULL,
        learnt_from text NOT NULL,
        confidence text NOT NULL,
        observed_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        supersedes uuid
    )
    """,
    "COMMENT ON COLUMN candidate_insights.candidate_id IS 'the stream it was recorded of: it stays with it when people part'",
    "CREATE INDEX candidate_insights_of_candidate ON candidate_insights (candidate_id, observed_at DESC, id)",
    "ALTER TABLE candidates ADD COLUMN insights text",
    "COMMENT ON COLUMN candidates.insights IS 'the texts of the insights of the person that count, a line each'",
    """
    CREATE FUNCTION searchable_words(record jsonb, past text, insights text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN searchable_words(record, concat_ws(E'\\n', past, insights))
    """,
    """
    ALTER TABLE candidates ALTER COLUMN words SET EXPRESSION AS (
        searchable_words(record, past, insights) || filter_words(level, country, market_status, tier, skills))
    """,
)


def upgrade() -> None:
    """Add the insights, and their words."""
    for statement in STATEMENTS:
        op.execute(statement)
