"""What is overdue is a reason of the person's queue item."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have the clock derive everybody to whom something is overdue."""
    op.execute(
        "INSERT INTO stale_people SELECT DISTINCT person_id FROM obligations WHERE status = 'overdue' ON CONFLICT DO NOTHING"
    )
