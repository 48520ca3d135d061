"""The outbox's tables, the same in every service's database."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.sql import func

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("shard", SmallInteger, nullable=False),
    Column("topic", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Uuid),
    Column("sequence", BigInteger),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("traceparent", Text),
    Column("counts", Integer, nullable=False, comment="what publishing the row adds to its shard's total; 0 for a repeat"),
    Column("appended_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("outbox_by_shard", "shard", "id"),
    prefixes=[],
)
"""Events that are committed and not yet acknowledged by the broker."""

totals = Table(
    "outbox_totals",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("total", BigInteger, nullable=False),
    Column("announced_total", BigInteger, nullable=False, server_default="-1"),
    Column("announced_offset", BigInteger, nullable=False, server_default="-1"),
)
"""How much each shard of a topic holds on the broker, and where that was last announced."""
