"""Candidates, links, positions, their histories, evidence and erasures; outbox, inbox and idempotency keys."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE candidates (
    id uuid PRIMARY KEY,
    reference text UNIQUE,
    person_id uuid NOT NULL,
    is_record boolean NOT NULL DEFAULT false,
    heads jsonb NOT NULL DEFAULT '{}',
    learned jsonb NOT NULL DEFAULT '{}',
    record jsonb,
    record_version bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    snapshot bytea,
    changed_at timestamptz,
    created_at timestamptz NOT NULL,
    erased_at timestamptz,
    erasure_id uuid,
    skills text[] NOT NULL DEFAULT '{}',
    emails text[] NOT NULL DEFAULT '{}',
    level text,
    country text,
    market_status text,
    tier text
) WITH (fillfactor = 80);
CREATE INDEX candidates_by_person ON candidates (person_id);
CREATE INDEX candidates_listed ON candidates (id) WHERE record IS NOT NULL;
CREATE INDEX candidates_by_skill ON candidates USING gin (skills) WHERE record IS NOT NULL;
CREATE INDEX candidates_by_email ON candidates USING gin (emails) WHERE record IS NOT NULL;

CREATE TABLE candidate_links (
    record uuid NOT NULL,
    named uuid NOT NULL,
    source text NOT NULL,
    linked_by text NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (record, named)
);
CREATE INDEX candidate_links_by_named ON candidate_links (named);

CREATE TABLE candidate_evidence (
    candidate_id uuid NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    time timestamptz NOT NULL,
    position_id uuid,
    detail text,
    retracts uuid,
    PRIMARY KEY (candidate_id, event_id)
) PARTITION BY HASH (candidate_id);
CREATE INDEX candidate_evidence_retractions ON candidate_evidence (candidate_id)
    WHERE type = 'rekindle.event.retracted';

CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    streams uuid[] NOT NULL,
    requested_by text NOT NULL,
    erased_at timestamptz NOT NULL
);

CREATE TABLE positions (
    id uuid PRIMARY KEY,
    reference text NOT NULL UNIQUE,
    heads jsonb NOT NULL DEFAULT '{}',
    record jsonb,
    version bigint NOT NULL DEFAULT 0,
    snapshot bytea,
    changed_at timestamptz,
    created_at timestamptz NOT NULL,
    skills text[] NOT NULL DEFAULT '{}',
    status text,
    level text,
    sponsor text
) WITH (fillfactor = 80);
CREATE INDEX positions_by_skill ON positions USING gin (skills);
CREATE INDEX positions_by_status ON positions (status, id);

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

HISTORY = """
CREATE TABLE {name} (
    record_id uuid NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    field text NOT NULL,
    value jsonb NOT NULL,
    digest bytea NOT NULL,
    source text NOT NULL,
    observed_at timestamptz NOT NULL,
    confirmed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    told_by text NOT NULL,
    PRIMARY KEY (record_id, id),
    UNIQUE (record_id, field, source, observed_at, digest)
) PARTITION BY HASH (record_id)
"""

PARTITIONS = 8


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in ("candidate_history", "position_history"):
        op.execute(HISTORY.format(name=table))
    for table in ("candidate_history", "position_history", "candidate_evidence"):
        _partition(table)


def _partition(table: str) -> None:
    for part in range(PARTITIONS):
        op.execute(
            f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        )
