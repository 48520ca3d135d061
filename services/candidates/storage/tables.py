"""The tables of candidates, besides those of outbox, inbox and idempotency keys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

Time = DateTime(timezone=True)

candidates = Table(
    "candidates",
    metadata,
    Column("id", Uuid, primary_key=True, comment="the stream"),
    Column("reference", Text, unique=True, comment="what the id was derived from; null in the stub of an erased stream"),
    Column("person_id", Uuid, nullable=False, comment="the stream that stands for the person"),
    Column("is_record", Boolean, nullable=False, server_default="false", comment="was told by itself, not only linked"),
    Column("heads", JSONB, nullable=False, server_default="{}", comment="the stream's own observation that counts, by field"),
    Column("learned", JSONB, nullable=False, server_default="{}", comment="what the stream's events taught"),
    Column("record", JSONB, comment="the person's record as it is shown; on the stream that stands for the person"),
    Column("record_version", BigInteger, nullable=False, server_default="0", comment="of record: the entity tag"),
    Column("version", BigInteger, nullable=False, server_default="0", comment="of snapshot: the sequence on the bus"),
    Column("snapshot", LargeBinary, comment="the value of the last event"),
    Column("changed_at", Time, comment="the time of the last event"),
    Column("created_at", Time, nullable=False),
    Column("erased_at", Time),
    Column("erasure_id", Uuid),
    Column("skills", ARRAY(Text), nullable=False, server_default="{}", comment="to find by; as skill_keys writes them"),
    Column("emails", ARRAY(Text), nullable=False, server_default="{}", comment="to find by; as email_keys writes them"),
    Column("level", Text),
    Column("country", Text),
    Column("market_status", Text),
    Column("tier", Text),
    Index("candidates_by_person", "person_id"),
    Index("candidates_listed", "id", postgresql_where=text("record IS NOT NULL")),
    Index("candidates_by_skill", "skills", postgresql_using="gin", postgresql_where=text("record IS NOT NULL")),
    Index("candidates_by_email", "emails", postgresql_using="gin", postgresql_where=text("record IS NOT NULL")),
    postgresql_with={"fillfactor": 80},
)
"""One row a stream. Whoever changes anything of a person locks all rows of the person, in id order."""

candidate_links = Table(
    "candidate_links",
    metadata,
    Column("record", Uuid, primary_key=True, comment="the stream that was patched"),
    Column("named", Uuid, primary_key=True, comment="the stream of the reference that was named"),
    Column("source", Text, nullable=False),
    Column("linked_by", Text, nullable=False, comment="who told it: Principal.identity"),
    Column("linked_at", Time, nullable=False),
    Index("candidate_links_by_named", "named"),
)
"""What sources said of which records are one person."""


def _history(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("record_id", Uuid, primary_key=True),
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("field", Text, nullable=False),
        Column("value", JSONB, nullable=False, comment="JSON null for a field that was cleared"),
        Column("digest", LargeBinary, nullable=False, comment="of the value's canonical text"),
        Column("source", Text, nullable=False),
        Column("observed_at", Time, nullable=False),
        Column("confirmed_at", Time, nullable=False, comment="until when the same was said without a break"),
        Column("received_at", Time, nullable=False),
        Column("told_by", Text, nullable=False, comment="who told it: Principal.identity"),
        UniqueConstraint("record_id", "field", "source", "observed_at", "digest"),
        postgresql_partition_by="HASH (record_id)",
    )


candidate_history = _history("candidate_history")
position_history = _history("position_history")

candidate_evidence = Table(
    "candidate_evidence",
    metadata,
    Column("candidate_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("type", Text, nullable=False),
    Column("time", Time, nullable=False),
    Column("position_id", Uuid),
    Column("detail", Text),
    Column("retracts", Uuid),
    Index("candidate_evidence_retractions", "candidate_id", postgresql_where=text("type = 'rekindle.event.retracted'")),
    postgresql_partition_by="HASH (candidate_id)",
)
"""What the learner keeps of events; everything learned follows from it."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("streams", ARRAY(Uuid), nullable=False, comment="all streams of the person"),
    Column("requested_by", Text, nullable=False),
    Column("erased_at", Time, nullable=False),
)
"""Whom we have forgotten, by id alone."""

positions = Table(
    "positions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("heads", JSONB, nullable=False, server_default="{}"),
    Column("record", JSONB, comment="as it is shown; null until the creating transaction ends"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("snapshot", LargeBinary),
    Column("changed_at", Time),
    Column("created_at", Time, nullable=False),
    Column("skills", ARRAY(Text), nullable=False, server_default="{}"),
    Column("status", Text),
    Column("level", Text),
    Column("sponsor", Text),
    Index("positions_by_skill", "skills", postgresql_using="gin"),
    Index("positions_by_status", "status", "id"),
    postgresql_with={"fillfactor": 80},
)
"""One row a position."""
