"""Objects that are to be looked at say of whose file they are, and when that was tried last."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE file_sweeps ADD COLUMN candidate_id uuid",
    "COMMENT ON COLUMN file_sweeps.candidate_id IS 'the stream whose file has the object, or had it'",
    "ALTER TABLE file_sweeps ADD COLUMN tried_at timestamptz",
    "COMMENT ON COLUMN file_sweeps.tried_at IS 'when the store did not remove it last: what was not tried goes before'",
    "CREATE INDEX file_sweeps_of_candidate ON file_sweeps (candidate_id)",
    "CREATE INDEX file_sweeps_of_erasure ON file_sweeps (erasure_id) WHERE erasure_id IS NOT NULL",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        op.execute(statement)
