"""Fingerprints of reviewed drafts, and an index by which a contact that names one is found."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE message_reviews (
        id uuid PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        version smallint NOT NULL,
        places bytea NOT NULL,
        bands bigint[] NOT NULL,
        is_settled boolean NOT NULL DEFAULT false
    )
    """,
    "COMMENT ON TABLE message_reviews IS 'fingerprints of drafts that were reviewed; no text can be had back from one'",
    "COMMENT ON COLUMN message_reviews.is_settled IS 'was sent; one that was not is removed after a while'",
    "CREATE INDEX message_reviews_by_bands ON message_reviews USING gin (bands)",
    "CREATE INDEX message_reviews_unsettled ON message_reviews (created_at) WHERE NOT is_settled",
    """
    CREATE INDEX log_by_message ON log ((data->>'message'))
    WHERE type = 'rekindle.pursuit.contacted' AND data->>'message' IS NOT NULL
    """,
)


def upgrade() -> None:
    """Create the table and the index."""
    for statement in STATEMENTS:
        op.execute(statement)
