"""Imports of people from files: what each is, its rows with their results, and what was imported of whom."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE imports (
        id uuid PRIMARY KEY,
        status text NOT NULL,
        source text NOT NULL,
        stated_by text NOT NULL,
        format jsonb NOT NULL,
        columns jsonb NOT NULL,
        mapping jsonb NOT NULL,
        skips_invalid boolean NOT NULL,
        digest bytea NOT NULL,
        rows bigint NOT NULL,
        done bigint NOT NULL DEFAULT 0,
        undone bigint NOT NULL DEFAULT 0,
        created bigint NOT NULL DEFAULT 0,
        updated bigint NOT NULL DEFAULT 0,
        unchanged bigint NOT NULL DEFAULT 0,
        refused bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        finished_at timestamptz
    )
    """,
    "COMMENT ON COLUMN imports.digest IS 'hash of the file and of how it is to be read'",
    "COMMENT ON COLUMN imports.done IS 'rows that were worked off, in order: the next row is the one after'",
    "COMMENT ON COLUMN imports.undone IS 'rows that were undone, from the last one back'",
    "CREATE INDEX imports_listed ON imports (created_at, id)",
    "CREATE INDEX imports_unfinished ON imports (digest) WHERE finished_at IS NULL",
    """
    CREATE TABLE import_rows (
        import_id uuid NOT NULL,
        number bigint NOT NULL,
        line bigint NOT NULL,
        candidate_id uuid,
        result text,
        errors jsonb NOT NULL DEFAULT '[]',
        content text,
        PRIMARY KEY (import_id, number)
    )
    """,
    "COMMENT ON COLUMN import_rows.content IS 'what the row states, as JSON; gone once the row has a result'",
    "CREATE INDEX import_rows_of_candidate ON import_rows (candidate_id) WHERE candidate_id IS NOT NULL",
    "CREATE INDEX import_rows_by_result ON import_rows (import_id, result, number)",
    """
    CREATE TABLE imported_contents (
        candidate_id uuid NOT NULL,
        digest bytea NOT NULL,
        import_id uuid NOT NULL,
        PRIMARY KEY (candidate_id, digest)
    )
    """,
    "COMMENT ON TABLE imported_contents IS 'keyed hashes of what the last import of a person stated: the same again is no news'",
    """
    CREATE TABLE import_keys (
        is_the_key boolean PRIMARY KEY DEFAULT true CHECK (is_the_key),
        key bytea NOT NULL
    )
    """,
    "COMMENT ON TABLE import_keys IS 'one row: the key of the hashes that name whom a file gives no id'",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
