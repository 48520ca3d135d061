"""Kept files of people, what resumes say of the past, and objects that may have lost their last file."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE candidate_files (
        id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL,
        digest bytea,
        name text,
        kind text NOT NULL,
        media_type text NOT NULL,
        size bigint NOT NULL,
        source text NOT NULL,
        added_by text NOT NULL,
        received_at timestamptz NOT NULL,
        unread text,
        background jsonb,
        import_id uuid,
        import_row bigint,
        is_kept boolean NOT NULL DEFAULT true,
        removed_at timestamptz,
        removed_by text,
        removal_reason text
    )
    """,
    "COMMENT ON COLUMN candidate_files.candidate_id IS 'the stream that it was sent of: it stays with it when people part'",
    "COMMENT ON COLUMN candidate_files.digest IS 'SHA-256, by which the object is called; NULL once the file was removed'",
    "COMMENT ON COLUMN candidate_files.background IS 'what a resume says of work, schools and languages'",
    "COMMENT ON COLUMN candidate_files.is_kept IS 'false while the row of the import that brought it has no result'",
    "CREATE INDEX candidate_files_of_candidate ON candidate_files (candidate_id)",
    "CREATE INDEX candidate_files_by_digest ON candidate_files (digest) WHERE digest IS NOT NULL",
    "CREATE INDEX candidate_files_of_import ON candidate_files (import_id, import_row) WHERE import_id IS NOT NULL",
    """
    CREATE TABLE file_sweeps (
        id uuid PRIMARY KEY,
        digest bytea NOT NULL,
        due_at timestamptz NOT NULL,
        erasure_id uuid
    )
    """,
    "COMMENT ON TABLE file_sweeps IS 'objects that are removed when they are due, unless a file has them'",
    "COMMENT ON COLUMN file_sweeps.erasure_id IS 'the erasure that waits for it'",
    "CREATE INDEX file_sweeps_due ON file_sweeps (due_at)",
    "CREATE INDEX file_sweeps_by_digest ON file_sweeps (digest)",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
