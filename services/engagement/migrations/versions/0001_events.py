"""Streams, event keys, log, pursuits and positions; outbox, inbox and idempotency keys."""

from alembic import op

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

CREATE TABLE outbox (
    id bigserial PRIMARY KEY,
    shard smallint NOT NULL,
    topic text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    subject uuid,
    sequence bigint,
    time timestamptz NOT NULL,
    value bytea NOT NULL,
    traceparent text,
    counts integer NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN outbox.counts IS 'what publishing the row adds to its shard''s total: 0 for a repeat';
CREATE INDEX outbox_by_shard ON outbox (shard, id);
CREATE TABLE outbox_totals (
    topic text NOT NULL,
    shard smallint NOT NULL,
    total bigint NOT NULL,
    announced_total bigint NOT NULL DEFAULT -1,
    announced_offset bigint NOT NULL DEFAULT -1,
    PRIMARY KEY (topic, shard)
);

CREATE TABLE inbox_offsets (
    group_name text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL DEFAULT 0,
    last_record uuid,
    counted bigint NOT NULL DEFAULT 0,
    announced bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (group_name, topic, partition)
);
COMMENT ON COLUMN inbox_offsets.last_record IS 'identity of the record before next_offset';
COMMENT ON COLUMN inbox_offsets.counted IS 'sum of all heads of the shard';
COMMENT ON COLUMN inbox_offsets.announced IS 'the producer''s total, as last read';
CREATE TABLE inbox_heads (
    group_name text NOT NULL,
    topic text NOT NULL,
    stream uuid NOT NULL,
    sequence bigint NOT NULL,
    shard integer NOT NULL,
    PRIMARY KEY (group_name, topic, stream)
) WITH (fillfactor = 80);
CREATE INDEX inbox_heads_by_shard ON inbox_heads (group_name, topic, shard, stream);
CREATE TABLE inbox_parked (
    group_name text NOT NULL,
    topic text NOT NULL,
    stream uuid NOT NULL,
    sequence bigint NOT NULL,
    headers jsonb NOT NULL,
    value bytea,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (group_name, topic, stream, sequence)
);
CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_name text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    record_id uuid NOT NULL,
    stream uuid,
    sequence bigint,
    record_key bytea,
    headers jsonb NOT NULL,
    value bytea,
    error text NOT NULL,
    left_hole boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    replayed_at timestamptz,
    UNIQUE (group_name, topic, partition, record_offset, record_id)
);
COMMENT ON COLUMN dead_letters.left_hole IS 'whether the stream went on without this record';

CREATE TABLE idempotency_keys (
    principal text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status smallint,
    media_type text,
    answer bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (principal, operation, key)
);
"""


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    _partition("event_keys", 8)
    _partition("log", 8)


def _partition(table: str, count: int) -> None:
    for part in range(count):
        op.execute(f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS {count}, REMAINDER {part})")
