"""What we owe people, and what was waived of it."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE obligations (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        candidate_id uuid NOT NULL,
        kind text NOT NULL,
        position_id uuid,
        recruiter text,
        made_by uuid NOT NULL,
        made_at timestamptz NOT NULL,
        warn_at timestamptz,
        due_at timestamptz NOT NULL,
        met_at timestamptz,
        waived_at timestamptz,
        waived_by text,
        status text NOT NULL,
        clock_at timestamptz
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON COLUMN obligations.candidate_id IS 'the stream of the fact that made it'",
    "COMMENT ON COLUMN obligations.status IS 'as it was last published'",
    "COMMENT ON COLUMN obligations.clock_at IS 'when time changes the status next'",
    "CREATE INDEX obligations_of_stream ON obligations (candidate_id)",
    "CREATE INDEX obligations_by_person ON obligations (person_id, due_at, id)",
    "CREATE INDEX obligations_by_due ON obligations (due_at, id)",
    "CREATE INDEX obligations_unsettled ON obligations (due_at, id) WHERE met_at IS NULL AND waived_at IS NULL",
    "CREATE INDEX obligations_by_recruiter ON obligations (recruiter, due_at, id)",
    "CREATE INDEX obligations_by_clock ON obligations (clock_at) WHERE clock_at IS NOT NULL",
    """
    CREATE TABLE obligation_waivers (
        obligation_id uuid PRIMARY KEY,
        candidate_id uuid NOT NULL,
        recruiter text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL
    )
    """,
    "COMMENT ON TABLE obligation_waivers IS 'what recruiters decided; obligations are derived anew from it'",
    "CREATE INDEX obligation_waivers_of_stream ON obligation_waivers (candidate_id)",
    # The clock derives them: what is owed follows from the facts.
    "INSERT INTO stale_people SELECT DISTINCT person_id FROM relationships WHERE sequence > 0 ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in STATEMENTS:
        op.execute(statement)
