"""How far everybody is derived anew after the rules changed."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE rederivation (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        fingerprint text NOT NULL,
        after_id uuid,
        done bigint NOT NULL,
        total bigint NOT NULL,
        begun_at timestamptz NOT NULL
    )
    """,
    "COMMENT ON TABLE rederivation IS 'people are derived by the policy of this fingerprint up to after_id; null: all are'",
)


def upgrade() -> None:
    """Create the table."""
    for statement in STATEMENTS:
        op.execute(statement)
