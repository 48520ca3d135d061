"""Announcing each shard's total in its partition, so that a reader can tell a lost tail from silence.

A total is written behind the records it counts. It is written again whenever the partition does not end where the last
announcement stood: somebody lost or wrote something there. So an announcement costs nothing while nothing happens.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import Event, ShardCounted, Topic

ANNOUNCE_EVERY = 1.0
"""Seconds between two announcements of shards that grow."""
VERIFY_EVERY = 15.0
"""Seconds between two looks at where the partitions end."""
BROKER_TIMEOUT = 20.0

_GROWN = text(
    """
    SELECT topic, shard, total, announced_offset FROM outbox_totals
    WHERE shard = ANY(:shards) AND (total <> announced_total OR :all)
    """
)
_ANNOUNCED = text(
    """
    UPDATE outbox_totals SET announced_total = said.total, announced_offset = said.at
    FROM unnest(CAST(:topics AS text[]), CAST(:shards AS smallint[]), CAST(:totals AS bigint[]), CAST(:offsets AS bigint[]))
        AS said (topic, shard, total, at)
    WHERE outbox_totals.topic = said.topic AND outbox_totals.shard = said.shard
    """
)


@dataclass(slots=True)
class TotalsPublisher:
    """Announces the totals of the shards that a relay leads."""

    producer: AIOKafkaProducer
    ends: AIOKafkaConsumer
    """A consumer of no group, asked only where partitions end."""
    topics: Sequence[Topic]
    _announced_at: float = field(default=0.0)
    _verified_at: float = field(default=0.0)

    async def announce(self, connection: AsyncConnection, shards: Collection[int]) -> None:
        """Write what is due, on the relay's own connection. Raises KafkaError or TimeoutError."""
        now = time.monotonic()
        if now - self._announced_at < ANNOUNCE_EVERY:
            return
        self._announced_at = now
        verify = now - self._verified_at >= VERIFY_EVERY
        rows = (await connection.execute(_GROWN, {"shards": sorted(shards), "all": verify})).all()
        await connection.rollback()
        rows = [row for row in rows if row.topic in self.topics]
        if verify:
            self._verified_at = now
            rows = await self._out_of_date(rows)
        if rows:
            await self._write(connection, rows)

    async def _out_of_date(self, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
        partitions = [TopicPartition(row.topic, row.shard) for row in rows]
        async with asyncio.timeout(BROKER_TIMEOUT):
            ends = await self.ends.end_offsets(partitions)
        return [row for row, partition in zip(rows, partitions, strict=True) if ends[partition] != row.announced_offset + 1]

    async def _write(self, connection: AsyncConnection, rows: Sequence[Row[Any]]) -> None:
        async with asyncio.timeout(BROKER_TIMEOUT):
            written = await asyncio.gather(*[await self._send(row) for row in rows])
        await connection.execute(
            _ANNOUNCED,
            {
                "topics": [row.topic for row in rows],
                "shards": [row.shard for row in rows],
                "totals": [row.total for row in rows],
                "offsets": [place.offset for place in written],
            },
        )
        await connection.commit()

    async def _send(self, row: Row[Any]) -> asyncio.Future[Any]:
        event = Event.of(
            ShardCounted(total=row.total),
            id=uuid4(),
            source="rekindle",
            subject=None,
            sequence=None,
            time=datetime.now(UTC),
        )
        sent: asyncio.Future[Any] = await self.producer.send(
            row.topic, event.value, key=b"total", partition=row.shard, headers=event.headers()
        )
        return sent
