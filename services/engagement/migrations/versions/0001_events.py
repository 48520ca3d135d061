"""Streams, event keys, log, pursuits and positions; outbox, inbox and idempotency keys."""

from alembic import op

from services.engagement.storage.tables import EVENT_KEY_PARTITIONS, LOG_PARTITIONS
from shared.migrations import create_idempotency_v1, create_inbox_v1, create_outbox_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE relationships (
    candidate_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    reference text,
    sequence bigint NOT NULL DEFAULT 0,
    reengagement_sequence bigint NOT NULL DEFAULT 0,
    erased_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX relationships_by_person ON relationships (person_id);

CREATE TABLE event_keys (
    event_id uuid PRIMARY KEY,
    content_hash bytea NOT NULL,
    answer jsonb
) PARTITION BY HASH (event_id);

CREATE TABLE log (
    candidate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    external_id text,
    type text NOT NULL,
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    position_id uuid,
    data jsonb,
    traceparent text,
    PRIMARY KEY (candidate_id, sequence)
) PARTITION BY HASH (candidate_id);
CREATE INDEX log_by_pursuit ON log (candidate_id, position_id);
CREATE INDEX log_retractions ON log (candidate_id) WHERE type = 'rekindle.event.retracted';

CREATE TABLE pursuits (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    position_id uuid NOT NULL,
    attempt integer NOT NULL,
    stage text,
    status text,
    close_kind text,
    close_reason text,
    closed_at timestamptz,
    clock_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX pursuits_by_person ON pursuits (person_id, id);
CREATE INDEX pursuits_by_position ON pursuits (position_id, id);
CREATE INDEX pursuits_by_clock ON pursuits (clock_at) WHERE clock_at IS NOT NULL;

CREATE TABLE positions (
    position_id uuid PRIMARY KEY,
    reference text,
    version bigint NOT NULL DEFAULT 0,
    closings timestamptz[] NOT NULL DEFAULT '{}',
    snapshot jsonb
) WITH (fillfactor = 80);

CREATE TABLE refolds (
    position_id uuid,
    due_at timestamptz,
    after_id uuid NOT NULL,
    PRIMARY KEY (position_id, due_at)
);
CREATE INDEX refolds_by_time ON refolds (due_at);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    _partition("event_keys", EVENT_KEY_PARTITIONS)
    _partition("log", LOG_PARTITIONS)
    create_outbox_v1()
    create_inbox_v1()
    create_idempotency_v1()


def _partition(table: str, count: int) -> None:
    for part in range(count):
        op.execute(f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS {count}, REMAINDER {part})")
