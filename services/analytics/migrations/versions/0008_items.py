"""Beside attempts, items are counted: obligations, breaches, plans, what happened in the queue, changes of market status."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE items (
        kind text NOT NULL,
        id uuid NOT NULL,
        stream uuid NOT NULL,
        position_id uuid,
        number integer NOT NULL,
        recruiter text,
        channel text,
        began_at timestamptz NOT NULL,
        measures text[] NOT NULL,
        ats bigint[] NOT NULL,
        seconds integer[] NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITH (fillfactor = 80)
    """,
    "COMMENT ON TABLE items IS 'what is counted beside attempts, one row each, with its contributions as in attempts'",
    "ALTER TABLE people ADD COLUMN updated_at timestamptz",
    """
    CREATE INDEX facts_statements ON facts (type, time)
    WHERE type IN ('rekindle.candidate.rated_us', 'rekindle.candidate.unsubscribed', 'rekindle.candidate.complained')
    """,
    "CREATE INDEX facts_retractions ON facts (stream) WHERE type = 'rekindle.event.retracted'",
    # When each record was last changed is learned from its snapshot.
    "DELETE FROM inbox_offsets WHERE group_name = 'analytics.projector' AND topic = 'rekindle.candidates.v1'",
    "DELETE FROM inbox_heads WHERE group_name = 'analytics.projector' AND topic = 'rekindle.candidates.v1'",
    "DELETE FROM inbox_parked WHERE group_name = 'analytics.projector' AND topic = 'rekindle.candidates.v1'",
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
