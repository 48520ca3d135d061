"""An erasure is done when every service that it waits for has confirmed it."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE erasures ADD COLUMN done_at timestamptz, ADD COLUMN publish_again_at timestamptz",
    """
    CREATE TABLE erasure_services (
        erasure_id uuid NOT NULL,
        service text NOT NULL,
        missing uuid[] NOT NULL,
        removed jsonb NOT NULL DEFAULT '{}',
        confirmed_at timestamptz,
        confirmed_by text,
        PRIMARY KEY (erasure_id, service)
    )
    """,
    "COMMENT ON COLUMN erasure_services.missing IS 'streams that the service has not confirmed yet'",
    "COMMENT ON COLUMN erasure_services.removed IS 'how much was removed, by kind'",
    "COMMENT ON COLUMN erasure_services.confirmed_by IS 'the token that confirmed over HTTP; none for a record on the bus'",
    # What was erased before is published once more, with its erasure's id, so that every service confirms it.
    "UPDATE erasures SET publish_again_at = erased_at",
    """
    INSERT INTO erasure_services (erasure_id, service, missing, confirmed_at)
    SELECT id, service, CASE service WHEN 'candidates' THEN '{}' ELSE streams END,
        CASE service WHEN 'candidates' THEN erased_at END
    FROM erasures CROSS JOIN unnest(ARRAY['candidates', 'engagement', 'analytics']) AS service
    """,
    "ALTER TABLE erasures ALTER COLUMN publish_again_at SET NOT NULL",
    "CREATE INDEX erasure_services_pending ON erasure_services (service, erasure_id) WHERE confirmed_at IS NULL",
    "CREATE INDEX erasures_listed ON erasures (erased_at, id)",
    "CREATE INDEX erasures_pending ON erasures (publish_again_at) WHERE done_at IS NULL",
)


def upgrade() -> None:
    """Change the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
