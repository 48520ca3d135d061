"""Room in the pages of relationships, whose rows are updated with each event and each action in the queue.

An update that finds room beside the old row and changes nothing that is indexed writes no index.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave room in the pages that are written from now on."""
    op.execute("ALTER TABLE relationships SET (fillfactor = 80)")
