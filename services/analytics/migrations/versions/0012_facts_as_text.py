"""A fact's data is kept as the text that it came as, which takes fewer bytes and is not parsed to be stored or read."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS = ("ALTER TABLE facts ALTER COLUMN data TYPE json USING CAST(data AS json)",)


def upgrade() -> None:
    """Change the table."""
    for statement in STATEMENTS:
        op.execute(statement)
