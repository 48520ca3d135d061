"""The key that links to candidates are signed with."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE link_keys (purpose text PRIMARY KEY, key bytea NOT NULL)",
    "COMMENT ON TABLE link_keys IS 'what links to candidates are signed with; without it the links in sent messages are dead'",
)


def upgrade() -> None:
    """Create the table."""
    for statement in STATEMENTS:
        op.execute(statement)
