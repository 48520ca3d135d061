"""Notes of people: dated, by whom, for whom to see, and by whose words the person is found."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE candidate_notes (
        id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL,
        text text NOT NULL,
        author text NOT NULL,
        observed_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        supersedes uuid,
        visible_to text[],
        mentions text[] NOT NULL,
        files uuid[] NOT NULL,
        words tsvector GENERATED ALWAYS AS (to_tsvector('candidate_words'::regconfig, text)) STORED
    )
    """,
    "COMMENT ON COLUMN candidate_notes.candidate_id IS 'the stream it was recorded of: it stays with it when people part'",
    "COMMENT ON COLUMN candidate_notes.visible_to IS 'the recruiters who may see it, the author too; NULL: everyone'",
    "CREATE INDEX candidate_notes_of_candidate ON candidate_notes (candidate_id, observed_at DESC, id)",
    "CREATE INDEX candidate_notes_by_mention ON candidate_notes USING gin (mentions)",
    "CREATE INDEX candidate_notes_by_supersedes ON candidate_notes (supersedes) WHERE supersedes IS NOT NULL",
    "CREATE INDEX candidate_notes_by_words ON candidate_notes USING gin (words) WHERE visible_to IS NOT NULL",
    "ALTER TABLE candidates ADD COLUMN notes text",
    "COMMENT ON COLUMN candidates.notes IS 'the texts of the notes of the person that count and are for everyone, a line each'",
    """
    ALTER TABLE candidates ALTER COLUMN words SET EXPRESSION AS (
        searchable_words(record, past, coalesce(insights || E'\\n', '') || coalesce(notes, ''))
            || filter_words(level, country, market_status, tier, skills))
    """,
)


def upgrade() -> None:
    """Add the notes, and their words."""
    for statement in STATEMENTS:
        op.execute(statement)
