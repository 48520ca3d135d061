"""Return plans, and what was announced of what is derived."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE return_plans (
        person_id uuid NOT NULL,
        position_id uuid NOT NULL,
        attempt integer NOT NULL,
        kind text NOT NULL,
        closed_by text,
        closed_at timestamptz NOT NULL,
        reason text NOT NULL,
        facts jsonb NOT NULL,
        time_due_at timestamptz NOT NULL,
        also jsonb NOT NULL,
        due_at timestamptz,
        trigger text,
        PRIMARY KEY (person_id, position_id, attempt)
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE return_plans IS 'one row for each live soft no'",
    "COMMENT ON COLUMN return_plans.time_due_at IS 'when time alone meets the reason'",
    "COMMENT ON COLUMN return_plans.also IS 'further reasons that must be met too, each with facts and time_due_at'",
    "COMMENT ON COLUMN return_plans.due_at IS 'when the person comes back next, by trigger; null: only news or a position'",
    "CREATE INDEX return_plans_of_position ON return_plans (position_id, person_id, attempt)",
    """
    CREATE TABLE announcements (
        candidate_id uuid NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (candidate_id, sequence)
    )
    """,
    "COMMENT ON TABLE announcements IS 'events of rekindle.reengagement.v1 about what is derived; sequences as in queue_log'",
    # The clock derives them: plans follow from the facts.
    "INSERT INTO stale_people SELECT DISTINCT person_id FROM pursuits WHERE attempt > 0 ON CONFLICT DO NOTHING",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
