"""Pools: saved searches, who is in them by rule or by hand, and what was published of that."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE pools (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        rule jsonb,
        is_alert boolean NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        version bigint NOT NULL DEFAULT 1,
        is_deleted boolean NOT NULL DEFAULT false,
        filling_after uuid,
        fills_anew boolean NOT NULL DEFAULT true,
        filled_at timestamptz
    )
    """,
    "COMMENT ON COLUMN pools.rule IS 'the search that members are found by; null where they are put in by hand alone'",
    "COMMENT ON COLUMN pools.filling_after IS 'up to whom everybody was compared with the rule; null once all were'",
    "COMMENT ON COLUMN pools.fills_anew IS 'whether the rule is new, so that entering is no news'",
    """
    CREATE TABLE pool_members (
        pool_id uuid NOT NULL,
        person_id uuid NOT NULL,
        by_rule boolean NOT NULL,
        by_hand boolean NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (pool_id, person_id)
    )
    """,
    "CREATE INDEX pool_members_by_person ON pool_members (person_id)",
    "CREATE INDEX pool_members_listed ON pool_members (pool_id, since DESC, person_id)",
    """
    CREATE TABLE pool_hands (
        pool_id uuid NOT NULL,
        candidate_id uuid NOT NULL,
        is_in boolean NOT NULL,
        reason text NOT NULL,
        said_by text NOT NULL,
        said_at timestamptz NOT NULL,
        PRIMARY KEY (pool_id, candidate_id)
    )
    """,
    "COMMENT ON TABLE pool_hands IS 'who was put into a pool, or kept out of it, by hand'",
    "COMMENT ON COLUMN pool_hands.candidate_id IS 'the stream it was said of: it stays with it when people part'",
    "CREATE INDEX pool_hands_by_candidate ON pool_hands (candidate_id)",
    """
    CREATE TABLE pool_waiting (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        candidate_id uuid NOT NULL,
        before text,
        market_status text
    )
    """,
    "COMMENT ON TABLE pool_waiting IS 'who is to be compared with the rules, and whose market status turned'",
    "CREATE INDEX pool_waiting_of_candidate ON pool_waiting (candidate_id)",
    """
    CREATE TABLE pool_events (
        candidate_id uuid NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (candidate_id, sequence)
    )
    """,
    "COMMENT ON TABLE pool_events IS 'what was published on rekindle.pool.v1, to be published again'",
)


def upgrade() -> None:
    """Add the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
