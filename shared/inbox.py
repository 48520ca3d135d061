"""Exactly-once application: what each consumer group has applied, the same tables in every service's database."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import func

metadata = MetaData()

offsets = Table(
    "inbox_offsets",
    metadata,
    Column("group_name", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False, server_default="0"),
    Column("last_record", Uuid, comment="identity of the record before next_offset"),
    Column("counted", BigInteger, nullable=False, server_default="0", comment="sum of all heads of the shard"),
    Column("announced", BigInteger, nullable=False, server_default="0", comment="the producer's total, as last read"),
)
"""Where each group stands in each partition. The row's lock says who may apply."""

heads = Table(
    "inbox_heads",
    metadata,
    Column("group_name", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("shard", Integer, nullable=False),
    Index("inbox_heads_by_shard", "group_name", "topic", "shard", "stream"),
    postgresql_with={"fillfactor": 80},
)
"""The last sequence applied of each stream."""

parked = Table(
    "inbox_parked",
    metadata,
    Column("group_name", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("stream", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""Events that came before those they follow; applied once the missing ones are there."""

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("group_name", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("stream", Uuid),
    Column("sequence", BigInteger),
    Column("record_key", LargeBinary),
    Column("headers", JSONB, nullable=False),
    Column("value", LargeBinary),
    Column("error", Text, nullable=False),
    Column("left_hole", Boolean, nullable=False, comment="whether the stream went on without this record"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("replayed_at", DateTime(timezone=True)),
    UniqueConstraint("group_name", "topic", "partition", "record_offset", "record_id"),
)
"""Records that could not be applied, with the reason; replaying one applies it once."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group stands in a partition."""

    next_offset: int
    last_record: UUID | None


async def head_of(session: AsyncSession, group: str, topic: str, stream: UUID) -> int:
    """The last sequence of a stream that a group has applied; 0 where it knows none."""
    found = await session.scalar(
        text("SELECT sequence FROM inbox_heads WHERE group_name = :group AND topic = :topic AND stream = :stream"),
        {"group": group, "topic": topic, "stream": stream},
    )
    return 0 if found is None else int(found)
