"""Links with which people log in to the dashboard, and their sessions. Both are kept as hashes."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute(
        "CREATE TABLE login_links (code_hash bytea PRIMARY KEY, role text NOT NULL, recruiter text, "
        "expires_at timestamptz NOT NULL)"
    )
    op.execute("COMMENT ON TABLE login_links IS 'links that were not used yet: a use deletes its row'")
    op.execute(
        "CREATE TABLE dashboard_sessions (key_hash bytea PRIMARY KEY, role text NOT NULL, recruiter text, "
        "expires_at timestamptz NOT NULL)"
    )
