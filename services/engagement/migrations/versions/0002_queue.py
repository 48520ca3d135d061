"""The re-engagement queue: its log and its items."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE queue_log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    candidate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    data jsonb NOT NULL,
    action text NOT NULL,
    at timestamptz NOT NULL,
    recruiter text,
    lease uuid,
    lease_expires_at timestamptz,
    newest_close timestamptz,
    outcome text,
    until timestamptz,
    due_at timestamptz,
    note text,
    UNIQUE (candidate_id, sequence)
);

CREATE TABLE queue_items (
    person_id uuid PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    presence text NOT NULL,
    due_at timestamptz,
    priority integer NOT NULL,
    reasons jsonb NOT NULL,
    newest_close timestamptz,
    snoozed_until timestamptz,
    lease uuid,
    recruiter text,
    lease_expires_at timestamptz,
    lease_newest_close timestamptz,
    announced timestamptz
) WITH (fillfactor = 80);
CREATE INDEX queue_items_by_priority ON queue_items (priority DESC, due_at, id) WHERE presence = 'live';
CREATE INDEX queue_items_to_announce ON queue_items (due_at)
    WHERE presence = 'live' AND announced IS DISTINCT FROM due_at;
CREATE INDEX queue_items_by_reason ON queue_items USING gin (reasons jsonb_path_ops) WHERE presence = 'live';
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
