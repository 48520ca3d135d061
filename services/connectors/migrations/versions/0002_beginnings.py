"""Facts remember where the person was found."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE greenhouse_facts ADD COLUMN via text",
    "COMMENT ON COLUMN greenhouse_postings.content IS 'what is posted; gone once it is, where it is about a person'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
