"""What positions are called, as their snapshots say."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.execute("ALTER TABLE positions ADD COLUMN title text")
