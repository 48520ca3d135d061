"""The tables of events and pursuits. The queue's tables are in storage/queue.py."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

Time = DateTime(timezone=True)

relationships = Table(
    "relationships",
    metadata,
    Column("candidate_id", Uuid, primary_key=True, comment="the stream"),
    Column("person_id", Uuid, nullable=False, comment="the stream that stands for the person"),
    Column("reference", Text, comment="the reference that the id was derived from, where a sender used it"),
    Column("sequence", BigInteger, nullable=False, server_default="0", comment="of the stream's last event"),
    Column("reengagement_sequence", BigInteger, nullable=False, server_default="0"),
    Column("erased_at", Time),
    Index("relationships_by_person", "person_id"),
    postgresql_with={"fillfactor": 80},
)
"""One row a stream. Whoever changes what is derived from a person's facts locks all rows of the person, in id order."""

event_keys = Table(
    "event_keys",
    metadata,
    Column("event_id", Uuid, primary_key=True, comment="shared.references.event_id(source, id)"),
    Column("content_hash", LargeBinary, nullable=False),
    Column("answer", JSONB, comment="sequence and pursuit of the first answer; null once the candidate is erased"),
    postgresql_partition_by="HASH (event_id)",
)
"""Every pair of source and id that was ever accepted, and what was answered."""

log = Table(
    "log",
    metadata,
    Column("candidate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("external_id", Text, comment="the sender's id; null in the stub of an erased event"),
    Column("type", Text, nullable=False),
    Column("time", Time, nullable=False, comment="when it happened"),
    Column("received_at", Time, nullable=False),
    Column("position_id", Uuid),
    Column("data", JSONB, comment="with private fields; null in the stub of an erased event"),
    Column("traceparent", Text),
    Index("log_by_pursuit", "candidate_id", "position_id"),
    Index("log_retractions", "candidate_id", postgresql_where=text("type = 'rekindle.event.retracted'")),
    postgresql_partition_by="HASH (candidate_id)",
)
"""Every accepted event, for ever. Rows never move between streams."""

pursuits = Table(
    "pursuits",
    metadata,
    Column("id", Uuid, primary_key=True, comment="shared.references.pursuit_id(person, position)"),
    Column("person_id", Uuid, nullable=False),
    Column("position_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False, comment="number of the current attempt; 0 where no fact is left"),
    Column("stage", Text, comment="furthest of the current attempt"),
    Column("status", Text, comment="open, closed or hired; null where no fact is left"),
    Column("close_kind", Text),
    Column("close_reason", Text),
    Column("closed_at", Time),
    Column("clock_at", Time, comment="when the clock must put a ghosting or a closing on record"),
    Index("pursuits_by_person", "person_id", "id"),
    Index("pursuits_by_position", "position_id", "id"),
    Index("pursuits_by_clock", "clock_at", postgresql_where=text("clock_at IS NOT NULL")),
    postgresql_with={"fillfactor": 80},
)
"""What the fold says of a person and a position. A row whose person was linked to another stays, with attempt 0."""

positions = Table(
    "positions",
    metadata,
    Column("position_id", Uuid, primary_key=True),
    Column("reference", Text, comment="the reference that the id was derived from, where a sender used it"),
    Column("version", BigInteger, nullable=False, server_default="0", comment="of the snapshot; 0 before the first"),
    Column("closings", ARRAY(Time), nullable=False, server_default="{}"),
    Column("snapshot", JSONB, comment="the last rekindle.position.changed"),
    postgresql_with={"fillfactor": 80},
)
"""What is known of positions. Ingest holds a share lock on the rows whose closings it folds with."""

refolds = Table(
    "refolds",
    metadata,
    Column("position_id", Uuid, primary_key=True),
    Column("due_at", Time, primary_key=True, comment="at once, or when a closing that lies ahead comes"),
    Column("after_id", Uuid, nullable=False, comment="the last pursuit that was folded anew"),
    Index("refolds_by_time", "due_at"),
)
"""Positions whose closings changed or come true, so that the clock folds their pursuits anew, chunk by chunk."""

LOG_PARTITIONS = 8
EVENT_KEY_PARTITIONS = 8

__all__ = [
    "EVENT_KEY_PARTITIONS", "LOG_PARTITIONS", "event_keys", "log", "metadata", "positions", "pursuits",
    "refolds", "relationships",
]  # fmt: skip
