"""Facts, who is who, positions, attempts, counters and the producers' reports; inbox."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = """
-- Every fact of the engagement topic as it came; all else here is made from it and from the snapshots.
CREATE TABLE facts (
    stream uuid NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    position_id uuid,
    type text NOT NULL,
    time timestamptz NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (stream, sequence)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.5);
CREATE INDEX facts_by_position ON facts (position_id) WHERE position_id IS NOT NULL;

-- Streams that belong to a person other than themselves; every other stream is its own person.
CREATE TABLE links (
    stream uuid PRIMARY KEY,
    person uuid NOT NULL
);
CREATE INDEX links_by_person ON links (person);

-- What a person's attempts can be filtered and grouped by. An erased person keeps none of it.
CREATE TABLE people (
    person uuid PRIMARY KEY,
    level text,
    country text,
    tier text,
    market_status text,
    skills text[] NOT NULL DEFAULT '{}',
    erased boolean NOT NULL DEFAULT false
);

CREATE TABLE positions (
    position_id uuid PRIMARY KEY,
    closings timestamptz[] NOT NULL DEFAULT '{}',
    status text,
    sponsor text,
    level text,
    remote boolean,
    countries text[] NOT NULL DEFAULT '{}',
    skills text[] NOT NULL DEFAULT '{}'
);

-- One row an attempt. measures, ats (microseconds since 1970) and seconds are parallel: its contributions to the metrics.
CREATE TABLE attempts (
    person uuid NOT NULL,
    position_id uuid NOT NULL,
    number integer NOT NULL,
    cohort_at timestamptz NOT NULL,
    origin text NOT NULL,
    recruiter text,
    via text,
    channel text,
    sender_role text,
    measures text[] NOT NULL,
    ats bigint[] NOT NULL,
    seconds integer[] NOT NULL,
    PRIMARY KEY (person, position_id, number)
) WITH (fillfactor = 70);
CREATE INDEX attempts_by_position ON attempts (position_id, cohort_at);

-- The sums of all contributions of a position's attempts, kept up to date by new minus old.
CREATE TABLE counters (
    position_id uuid NOT NULL,
    measure text NOT NULL,
    count bigint NOT NULL,
    seconds bigint NOT NULL,
    PRIMARY KEY (position_id, measure)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- What each service last said about what its relay has not published yet.
CREATE TABLE producers (
    service text PRIMARY KEY,
    backlog bigint NOT NULL,
    oldest_at timestamptz,
    reported_at timestamptz NOT NULL
) WITH (fillfactor = 50);

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
"""


def upgrade() -> None:
    """Create everything."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
