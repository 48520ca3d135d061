"""The relay: takes outbox rows in order, publishes them, and deletes what the broker has acknowledged.

One leader for each shard holds the shard's advisory lock on the very connection that deletes the rows, so whoever loses the
connection loses the right to delete. Published twice is harmless (readers drop what they know); out of order never happens,
for a leader always begins at the oldest row there is.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import Sessions, is_transient
from shared.db.locks import RELAY
from shared.events import Event, RelayReported, Topic
from shared.observability.heartbeats import beat
from shared.observability.metrics import OUTBOX_PUBLISHED, PUBLISH_SECONDS
from shared.reconciliation.shard_totals import TotalsPublisher
from shared.shutdown import pause

logger = logging.getLogger(__name__)

BATCH = 3000
SEND_TIMEOUT = 20.0
IDLE_POLL = 0.05
BUSY_POLL = 0.01
REPORT_EVERY = 2.0
REPORT_CALM_EVERY = 10.0
"""Seconds between reports while nothing waits and nothing comes; readers worry after 30."""
RETRY_AFTER = 1.0

_TAKE = text(
    """
    SELECT id, shard, topic, event_id, type, source, subject, sequence, time, value, traceparent, counts
    FROM outbox WHERE shard = ANY(:shards) ORDER BY id LIMIT :batch
    """
)
_ADD = text(
    """
    INSERT INTO outbox_totals (topic, shard, total)
    SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:shards AS smallint[]), CAST(:added AS bigint[]))
    ON CONFLICT (topic, shard) DO UPDATE SET total = outbox_totals.total + excluded.total
    """
)


@dataclass(slots=True)
class Relay:
    """Publishes one service's outbox."""

    service: str
    sessions: Sessions
    bootstrap_servers: str
    shards: int
    topics: Sequence[Topic]
    """The topics that this service writes and whose totals it announces."""
    _held: set[int] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until ``stop`` is set. Faults of database and broker are logged and retried; anything else is raised."""
        while not stop.is_set():
            try:
                await self._lead(stop)
            except (KafkaError, TimeoutError, OSError) as error:
                logger.warning("relay of %s: the broker does not take events, trying again: %r", self.service, error)
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("relay of %s: the database does not answer, trying again: %r", self.service, error)
            self._held.clear()
            await pause(stop, RETRY_AFTER)

    async def _lead(self, stop: asyncio.Event) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap_servers,
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_batch_size=262_144,
            max_request_size=2_097_152,
            request_timeout_ms=10_000,
        )
        ends = AIOKafkaConsumer(bootstrap_servers=self.bootstrap_servers, enable_auto_commit=False)
        try:
            await asyncio.wait_for(producer.start(), SEND_TIMEOUT)
            await asyncio.wait_for(ends.start(), SEND_TIMEOUT)
            async with self.sessions.engine.connect() as connection:
                try:
                    await self._publish(connection, producer, TotalsPublisher(producer, ends, self.topics), stop)
                finally:
                    # The locks live as long as the connection: back in the pool it would keep them from whoever leads next.
                    await connection.invalidate()
        finally:
            # A producer that timed out must not be used again; stopping it may hang on what it could not send.
            await asyncio.wait([asyncio.ensure_future(producer.stop()), asyncio.ensure_future(ends.stop())], timeout=5)

    async def _publish(
        self, connection: AsyncConnection, producer: AIOKafkaProducer, totals: TotalsPublisher, stop: asyncio.Event
    ) -> None:
        reported, waiting = 0.0, True
        while not stop.is_set():
            beat()
            await self._take_shards(connection)
            rows = (await connection.execute(_TAKE, {"shards": sorted(self._held), "batch": BATCH})).all()
            await connection.rollback()
            if rows:
                await self._send(connection, producer, rows)
            await totals.announce(connection, self._held)
            if time.monotonic() - reported > (REPORT_EVERY if waiting or rows else REPORT_CALM_EVERY):
                reported = time.monotonic()
                waiting = await self._report(connection, producer)
            if len(rows) < BATCH:
                await pause(stop, BUSY_POLL if rows else IDLE_POLL)

    async def _take_shards(self, connection: AsyncConnection) -> None:
        """Lead every shard that nobody else leads."""
        if len(self._held) == self.shards:
            return
        wanted = [shard for shard in range(self.shards) if shard not in self._held]
        taken = await connection.execute(
            text("SELECT shard FROM unnest(CAST(:shards AS integer[])) AS shard WHERE pg_try_advisory_lock(:class, shard)"),
            {"shards": wanted, "class": RELAY},
        )
        self._held |= set(taken.scalars())
        await connection.commit()

    async def _send(self, connection: AsyncConnection, producer: AIOKafkaProducer, rows: Sequence[Row[Any]]) -> None:
        started = time.perf_counter()
        async with asyncio.timeout(SEND_TIMEOUT):
            acknowledged = [await _send_row(producer, row) for row in rows]
            await asyncio.gather(*acknowledged)
        added: Counter[tuple[str, int]] = Counter()
        for row in rows:
            if row.counts:
                added[row.topic, row.shard] += row.counts
        await connection.execute(text("DELETE FROM outbox WHERE id = ANY(:ids)"), {"ids": [row.id for row in rows]})
        if added:
            keys = sorted(added)
            await connection.execute(
                _ADD,
                {"topics": [t for t, _ in keys], "shards": [s for _, s in keys], "added": [added[key] for key in keys]},
            )
        await connection.commit()
        PUBLISH_SECONDS.labels(self.service).observe(time.perf_counter() - started)
        OUTBOX_PUBLISHED.labels(self.service).inc(len(rows))

    async def _report(self, connection: AsyncConnection, producer: AIOKafkaProducer) -> bool:
        """Say how much waits; returns whether anything does."""
        backlog, oldest = (await connection.execute(text("SELECT count(*), min(appended_at) FROM outbox"))).one()
        await connection.rollback()
        report = Event.of(
            RelayReported(service=self.service, backlog=backlog, oldest_at=oldest),
            id=uuid4(),
            source="rekindle",
            subject=None,
            sequence=None,
            time=datetime.now(UTC),
        )
        async with asyncio.timeout(SEND_TIMEOUT):
            await producer.send_and_wait(Topic.CONTROL, report.value, headers=report.headers(), partition=0)
        return bool(backlog)


async def _send_row(producer: AIOKafkaProducer, row: Row[Any]) -> asyncio.Future[Any]:
    event = Event(row.event_id, row.type, row.source, row.subject, row.sequence, row.time, bytes(row.value), row.traceparent)
    future: asyncio.Future[Any] = await producer.send(
        row.topic, event.value, key=event.key, partition=row.shard, headers=event.headers()
    )
    return future
