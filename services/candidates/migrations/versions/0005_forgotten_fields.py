"""Until when a source has cleared a field for good."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE candidate_forgotten (record_id uuid, field text, source text, until timestamptz NOT NULL,"
        " PRIMARY KEY (record_id, field, source))"
    )
