"""Reasons that no time meets, and from when on a position does."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE return_plans ALTER COLUMN time_due_at DROP NOT NULL, ADD COLUMN position_from timestamptz",
    "COMMENT ON COLUMN return_plans.time_due_at IS 'when time alone meets the reason; null: only a position does'",
    "COMMENT ON COLUMN return_plans.position_from IS 'a position meets the reason no earlier'",
    # What is stored of these follows at the start, when everybody is derived anew: the rules have changed.
)


def upgrade() -> None:
    """Let a plan be without a time."""
    for statement in STATEMENTS:
        op.execute(statement)
