"""Greenhouse deliveries, what is posted for them, and what their bodies taught."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE greenhouse_deliveries (
    body_hash text PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    delivery_id text,
    action text NOT NULL,
    received_at timestamptz NOT NULL,
    receipts integer NOT NULL DEFAULT 1,
    last_received_at timestamptz NOT NULL,
    raw bytea,
    application text,
    candidate text,
    status text NOT NULL,
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz
);
COMMENT ON COLUMN greenhouse_deliveries.body_hash IS 'SHA-256 of the raw body, hexadecimal';
COMMENT ON COLUMN greenhouse_deliveries.delivery_id IS 'Greenhouse-Event-ID of the first receipt';
COMMENT ON COLUMN greenhouse_deliveries.received_at IS 'the first receipt';
COMMENT ON COLUMN greenhouse_deliveries.raw IS 'kept as long as it may have to be read again; gone with the person';
COMMENT ON COLUMN greenhouse_deliveries.next_attempt_at IS 'when what is queued is posted again';
CREATE INDEX greenhouse_deliveries_by_status ON greenhouse_deliveries (status, number);
CREATE INDEX greenhouse_deliveries_by_application ON greenhouse_deliveries (application);
CREATE INDEX greenhouse_deliveries_by_candidate ON greenhouse_deliveries (candidate);
CREATE INDEX greenhouse_deliveries_due ON greenhouse_deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE greenhouse_postings (
    body_hash text NOT NULL REFERENCES greenhouse_deliveries (body_hash) ON DELETE CASCADE,
    name text NOT NULL,
    place bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    target text NOT NULL,
    content jsonb,
    status text NOT NULL DEFAULT 'queued',
    answer text,
    after text,
    PRIMARY KEY (body_hash, name)
);
COMMENT ON COLUMN greenhouse_postings.name IS 'what it is within its body: fact:2000, candidate:greenhouse:1';
COMMENT ON COLUMN greenhouse_postings.kind IS 'fact, candidate, position or erasure';
COMMENT ON COLUMN greenhouse_postings.target IS 'the reference it is about';
COMMENT ON COLUMN greenhouse_postings.content IS 'what is posted; gone once it is, where it tells of a person';
COMMENT ON COLUMN greenhouse_postings.answer IS 'why it was refused, or what was left out';
COMMENT ON COLUMN greenhouse_postings.after IS 'the event''s place in its stream, as the API answered';
CREATE INDEX greenhouse_postings_queued ON greenhouse_postings (body_hash) WHERE status = 'queued';

CREATE TABLE greenhouse_applications (
    application text PRIMARY KEY,
    candidate text NOT NULL,
    jobs text[] NOT NULL,
    prospect boolean NOT NULL,
    seen_at timestamptz NOT NULL,
    jobs_since timestamptz NOT NULL,
    recruiter text,
    deleted boolean NOT NULL DEFAULT false,
    rejection_undone_at timestamptz
);
CREATE INDEX greenhouse_applications_by_candidate ON greenhouse_applications (candidate);

CREATE TABLE greenhouse_facts (
    event_id text PRIMARY KEY,
    application text NOT NULL,
    candidate text NOT NULL,
    type text NOT NULL,
    job text NOT NULL,
    "time" timestamptz NOT NULL,
    reason text,
    at_receipt boolean NOT NULL,
    transfer boolean NOT NULL,
    retracted boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN greenhouse_facts.candidate IS 'a reference';
CREATE INDEX greenhouse_facts_by_application ON greenhouse_facts (application);

CREATE TABLE greenhouse_people (
    candidate text PRIMARY KEY,
    emails_refused boolean NOT NULL DEFAULT false,
    emails_seen_at timestamptz,
    merged_into text,
    erased_at timestamptz
);
CREATE INDEX greenhouse_people_by_merge ON greenhouse_people (merged_into);

CREATE TABLE greenhouse_unmapped (
    body_hash text NOT NULL REFERENCES greenhouse_deliveries (body_hash) ON DELETE CASCADE,
    kind text NOT NULL,
    name text NOT NULL,
    external_id text NOT NULL DEFAULT '',
    position text NOT NULL DEFAULT '',
    PRIMARY KEY (body_hash, kind, name, external_id, position)
);
"""


def upgrade() -> None:
    """Create all tables."""
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    """Drop all tables."""
    for table in ("unmapped", "people", "facts", "applications", "postings", "deliveries"):
        op.execute(f"DROP TABLE greenhouse_{table}")
