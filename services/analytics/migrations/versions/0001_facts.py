"""Facts, who is who, positions, attempts, counters and the producers' reports; inbox."""

from alembic import op

from shared.migrations import create_inbox_v1

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
"""


def upgrade() -> None:
    """Create everything."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    create_inbox_v1()
