"""A position says what they would do, how much work it is, and what happens next."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the records of positions have the fields, without a value."""
    op.execute(
        """
        UPDATE positions SET record = '{"tasks": [], "workload": null, "next_steps": []}' || record WHERE record IS NOT NULL
        """
    )
