"""People by the ids that Rekindle derives from their references, and which of them are erased."""

from uuid import UUID, uuid5

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAMESPACE = UUID("6f1f7a0e-5c8b-5d0c-9d63-0f7c2c1d7a55")
KNOWN = """
    SELECT candidate FROM greenhouse_deliveries WHERE candidate IS NOT NULL
    UNION SELECT candidate FROM greenhouse_applications
    UNION SELECT candidate FROM greenhouse_people
    UNION SELECT merged_into FROM greenhouse_people WHERE merged_into IS NOT NULL
    """


def upgrade() -> None:
    table = op.create_table(
        "greenhouse_candidates",
        sa.Column("id", sa.Uuid, primary_key=True, comment="Rekindle's id of the candidate"),
        sa.Column("candidate", sa.Text, comment="the vendor's id; none of whom no body spoke"),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
    )
    known = op.get_bind().execute(sa.text(KNOWN)).scalars()
    rows = [{"id": uuid5(NAMESPACE, f"candidate:greenhouse:{candidate}"), "candidate": candidate} for candidate in known]
    if rows:
        op.bulk_insert(table, rows)
