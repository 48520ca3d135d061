"""Candidates, links, positions, their histories, evidence and erasures; outbox, inbox and idempotency keys."""

from alembic import op

from shared.migrations import create_idempotency_v1, create_inbox_v1, create_outbox_v1

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
    create_outbox_v1()
    create_inbox_v1()
    create_idempotency_v1()


def _partition(table: str) -> None:
    for part in range(PARTITIONS):
        op.execute(
            f"CREATE TABLE {table}_{part:02} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        )
