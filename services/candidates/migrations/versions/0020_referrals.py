"""Who named whom for what position, and whether they were thanked."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE referrals (
        id uuid PRIMARY KEY,
        referrer_id uuid NOT NULL,
        candidate_id uuid NOT NULL,
        position_id uuid,
        note text,
        referred_at timestamptz NOT NULL,
        recorded_by text NOT NULL,
        thanked_at timestamptz,
        thanked_by text
    )
    """,
    "COMMENT ON COLUMN referrals.referrer_id IS 'the stream of the person who named the other'",
    "CREATE UNIQUE INDEX referrals_once ON referrals (referrer_id, candidate_id, position_id) NULLS NOT DISTINCT",
    "CREATE INDEX referrals_of_candidate ON referrals (candidate_id)",
    "CREATE INDEX referrals_by_time ON referrals (referred_at DESC, id DESC)",
)


def upgrade() -> None:
    """Add the table."""
    for statement in STATEMENTS:
        op.execute(statement)
