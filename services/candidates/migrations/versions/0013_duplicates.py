"""Suspected duplicates: what people are compared by, the pairs that were found, and whom somebody said not to be the same."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE duplicate_waiting (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        candidate_id uuid NOT NULL,
        is_anew boolean NOT NULL DEFAULT false
    )
    """,
    "COMMENT ON TABLE duplicate_waiting IS 'whose record has changed and is to be compared'",
    "COMMENT ON COLUMN duplicate_waiting.is_anew IS 'compared even where nothing that is compared has changed'",
    "CREATE INDEX duplicate_waiting_of_candidate ON duplicate_waiting (candidate_id)",
    """
    CREATE TABLE duplicate_profiles (
        person_id uuid PRIMARY KEY,
        profile bytea NOT NULL,
        keys bigint[] NOT NULL
    )
    """,
    "COMMENT ON COLUMN duplicate_profiles.profile IS 'what a person is compared by, as JSON'",
    """
    CREATE TABLE duplicate_keys (
        key bigint NOT NULL,
        person_id uuid NOT NULL,
        PRIMARY KEY (key, person_id)
    )
    """,
    "COMMENT ON TABLE duplicate_keys IS 'the keys of the profiles: who shares one is compared'",
    """
    CREATE TABLE duplicate_pairs (
        id uuid PRIMARY KEY,
        one uuid NOT NULL,
        other uuid NOT NULL,
        score smallint NOT NULL,
        evidence jsonb NOT NULL,
        is_dismissed boolean NOT NULL,
        found_at timestamptz NOT NULL
    )
    """,
    "COMMENT ON COLUMN duplicate_pairs.is_dismissed IS 'whether somebody said that they are not the same: duplicate_decisions'",
    "COMMENT ON COLUMN duplicate_pairs.score IS 'in thousandths'",
    "CREATE INDEX duplicate_pairs_listed ON duplicate_pairs (is_dismissed, score DESC, id)",
    "CREATE INDEX duplicate_pairs_by_one ON duplicate_pairs (one)",
    "CREATE INDEX duplicate_pairs_by_other ON duplicate_pairs (other)",
    """
    CREATE TABLE duplicate_decisions (
        one uuid NOT NULL,
        other uuid NOT NULL,
        reason text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        PRIMARY KEY (one, other)
    )
    """,
    "COMMENT ON TABLE duplicate_decisions IS 'streams of whom somebody said that they are not the same person'",
    "CREATE INDEX duplicate_decisions_by_other ON duplicate_decisions (other)",
    "INSERT INTO duplicate_waiting (candidate_id) SELECT id FROM candidates WHERE record IS NOT NULL ORDER BY id",
)


def upgrade() -> None:
    """Add the tables; everybody who is there waits to be compared."""
    for statement in STATEMENTS:
        op.execute(statement)
