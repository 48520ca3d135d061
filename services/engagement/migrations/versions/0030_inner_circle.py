"""Who is in the inner circle, by the record and by a soft no, is found without reading everybody."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX relationships_inner ON relationships (person_id) WHERE tier = 'inner'",
    """
    CREATE INDEX return_plans_got_away ON return_plans (person_id) WHERE reason IN ('preferred_another', 'offer_declined')
    """,
)


def upgrade() -> None:
    """Add the indexes."""
    for statement in STATEMENTS:
        op.execute(statement)
