"""A claim on an Idempotency-Key has a token of its own, and a kept answer says whom it names, so that erasure reaches it."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGES = """
ALTER TABLE idempotency_keys ADD COLUMN claim uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE idempotency_keys ALTER COLUMN claim DROP DEFAULT;
ALTER TABLE idempotency_keys ADD COLUMN names uuid[] NOT NULL DEFAULT '{}';
UPDATE idempotency_keys SET names = ARRAY(
    SELECT DISTINCT found[1]::uuid
    FROM regexp_matches(convert_from(answer, 'UTF8'), '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') AS found
) WHERE answer IS NOT NULL;
CREATE INDEX idempotency_keys_by_names ON idempotency_keys USING gin (names);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_in_flight ON idempotency_keys (created_at) WHERE status IS NULL;
"""


def upgrade() -> None:
    for statement in CHANGES.split(";\n"):
        if statement.strip():
            op.execute(statement)
