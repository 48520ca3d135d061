"""The tokens that were issued, without the tokens themselves."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        "CREATE TABLE tokens (id uuid PRIMARY KEY, name text NOT NULL, scopes text[] NOT NULL, created_at timestamptz NOT NULL, "
        "expires_at timestamptz NOT NULL, revoked_at timestamptz)"
    )
    op.execute("COMMENT ON COLUMN tokens.id IS 'the jti claim'")
    op.execute("COMMENT ON COLUMN tokens.revoked_at IS 'from when on it is refused; ahead of now while a rotation is under way'")
    op.execute("CREATE INDEX tokens_by_age ON tokens (created_at, id)")
    op.execute("CREATE INDEX tokens_revoked ON tokens (expires_at) WHERE revoked_at IS NOT NULL")
