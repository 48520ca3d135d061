"""Announcing each shard's total in its partition, so that a reader can distinguish a lost tail from silence.

A total is written behind the records it counts, when the shard has grown and is quiet, or now and then while it grows: every
reader reads it. It is written again whenever the partition does not end where the last announcement stood: somebody lost or
wrote something there. So an announcement costs nothing while nothing happens.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.db.asyncpg_connection import Driver
from shared.events import Event, ShardCounted, Topic

QUIET = 3.0
"""Seconds without growth after which a shard's total is announced."""
GROWING_EVERY = 15.0
"""Seconds between two announcements of a shard that is never quiet for so long."""
LOOK_EVERY = 1.0
"""Seconds between two looks at what is due."""
VERIFY_EVERY = 15.0
"""Seconds between two looks at where the partitions end."""
BROKER_TIMEOUT = 20.0

_TOTALS = "SELECT topic, shard, total, announced_total, announced_offset FROM outbox_totals"
_ANNOUNCED = """
    UPDATE outbox_totals SET announced_total = said.total, announced_offset = said.at
    FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[]) AS said (topic, shard, total, at)
    WHERE outbox_totals.topic = said.topic AND outbox_totals.shard = said.shard
"""

Shard = tuple[str, int]


@dataclass(slots=True)
class _Growth:
    total: int
    first: float
    last: float

    def is_due(self, now: float) -> bool:
        return now - self.last >= QUIET or now - self.first >= GROWING_EVERY


@dataclass(slots=True)
class TotalsPublisher:
    """Announces the totals of a service's shards, for its relay while that leads."""

    producer: AIOKafkaProducer
    ends: AIOKafkaConsumer
    """A consumer of no group, asked only where partitions end."""
    topics: Sequence[Topic]
    _grown: dict[Shard, _Growth] = field(default_factory=dict)
    """What is to be announced, with the times (monotonic) of its first and its last growth since it was."""
    _looked_at: float = 0.0
    _verified_at: float = 0.0

    def note(self, totals: Iterable[Sequence[Any]]) -> None:
        """These shards have grown to these totals: (topic, shard, total)."""
        now = time.monotonic()
        for topic, shard, total in totals:
            first = self._grown.get((topic, shard))
            self._grown[topic, shard] = _Growth(total, now if first is None else first.first, now)

    async def announce(self, connection: Driver) -> None:
        """Write what is due, on the relay's own connection. Raises KafkaError or TimeoutError."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        due = {shard: growth.total for shard, growth in self._grown.items() if growth.is_due(now)}
        if now - self._verified_at >= VERIFY_EVERY:
            self._verified_at = now
            due |= await self._out_of_date(connection)
        if due:
            await self._write(connection, due)

    async def _out_of_date(self, connection: Driver) -> dict[Shard, int]:
        """The totals that are not the last record of their partition, but for those that are announced later anyway."""
        rows = [
            row
            for row in await connection.fetch(_TOTALS)
            if row["topic"] in self.topics and (row["topic"], row["shard"]) not in self._grown
        ]
        partitions = [TopicPartition(row["topic"], row["shard"]) for row in rows]
        async with asyncio.timeout(BROKER_TIMEOUT):
            ends = await self.ends.end_offsets(partitions)
        return {
            (row["topic"], row["shard"]): row["total"]
            for row, partition in zip(rows, partitions, strict=True)
            if row["total"] != row["announced_total"] or ends[partition] != row["announced_offset"] + 1
        }

    async def _write(self, connection: Driver, due: dict[Shard, int]) -> None:
        async with asyncio.timeout(BROKER_TIMEOUT):
            written = await asyncio.gather(*[await self._send(shard, total) for shard, total in due.items()])
        await connection.execute(
            _ANNOUNCED,
            [topic for topic, _ in due],
            [number for _, number in due],
            list(due.values()),
            [place.offset for place in written],
        )
        for shard in due:
            self._grown.pop(shard, None)

    async def _send(self, shard: Shard, total: int) -> asyncio.Future[Any]:
        event = Event.of_no_stream(ShardCounted(total=total))
        topic, number = shard
        sent: asyncio.Future[Any] = await self.producer.send(
            topic, event.value, key=b"total", partition=number, headers=event.headers()
        )
        return sent
