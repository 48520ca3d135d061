"""The relay: takes outbox rows in order, publishes them, and deletes what the broker has acknowledged.

One process a service leads. It holds the leader's lock on the very connection that deletes the rows, so whoever loses the
connection loses the right to delete. Published twice is harmless (readers drop what they know); out of order never happens,
for a leader always begins at the oldest row there is.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions, is_transient
from shared.db.leader import leading
from shared.db.locks import RELAY
from shared.db.notifier import listen
from shared.events import Event, RelayReported, Topic
from shared.observability.heartbeats import beat
from shared.observability.metrics import OUTBOX_PUBLISHED, PUBLISH_SECONDS
from shared.reconciliation.shard_totals import TotalsPublisher
from shared.shutdown import pause, wake_at

logger = logging.getLogger(__name__)

BATCH = 3000
WINDOW = 0.1
"""Seconds from the beginning of one batch to the beginning of the next, while little comes."""
LOOK_EVERY = 2.0
"""Seconds after which it looks at the outbox though nobody said that something is in it: a notification may be lost."""
SEND_TIMEOUT = 20.0
REPORT_EVERY = 2.0
REPORT_CALM_EVERY = 10.0
"""Seconds between reports while events wait, and while none do; readers worry after 30."""
RETRY_AFTER = 1.0

_TAKE = """
    SELECT id, shard, topic, event_id, type, source, subject, sequence, time, value, traceparent,
        coalesce(received_at, appended_at)
    FROM outbox ORDER BY id LIMIT $1
"""
_FORGET = """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY($1::bigint[]) RETURNING topic, shard, counts)
    INSERT INTO outbox_totals (topic, shard, total)
    SELECT topic, shard, sum(counts) FROM gone GROUP BY topic, shard HAVING sum(counts) > 0
    ON CONFLICT (topic, shard) DO UPDATE SET total = outbox_totals.total + excluded.total
    RETURNING topic, shard, total
"""


@dataclass(slots=True)
class Relay:
    """Publishes one service's outbox."""

    service: str
    sessions: Sessions
    bootstrap_servers: str
    topics: Sequence[Topic]
    """The topics that this service writes and whose totals it announces."""
    window: float = WINDOW

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until ``stop`` is set. Faults of database and broker are logged and retried; anything else is raised."""
        while not stop.is_set():
            try:
                async with leading(self.sessions, RELAY, stop) as connection:
                    if connection is not None:
                        await self._lead(connection, stop)
            except (KafkaError, TimeoutError, OSError) as error:
                logger.warning("relay of %s: the broker does not take events, trying again: %r", self.service, error)
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("relay of %s: the database does not answer, trying again: %r", self.service, error)
            await pause(stop, RETRY_AFTER)

    async def _lead(self, connection: Driver, stop: asyncio.Event) -> None:
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
        woken = asyncio.Event()
        stopping = asyncio.create_task(wake_at(stop, woken))
        try:
            async with asyncio.timeout(SEND_TIMEOUT):
                await producer.start()
            async with asyncio.timeout(SEND_TIMEOUT):
                await ends.start()
            await listen(connection, woken)
            # A row that is back after a crash of the server is published once more, before those that follow it.
            await connection.execute("SET synchronous_commit = off")
            await self._publish(connection, producer, TotalsPublisher(producer, ends, self.topics), stop, woken)
        finally:
            stopping.cancel()
            # A producer that timed out must not be used again; stopping it may hang on what it could not send.
            await asyncio.wait([asyncio.ensure_future(producer.stop()), asyncio.ensure_future(ends.stop())], timeout=5)

    async def _publish(
        self,
        connection: Driver,
        producer: AIOKafkaProducer,
        totals: TotalsPublisher,
        stop: asyncio.Event,
        woken: asyncio.Event,
    ) -> None:
        report_at, waiting = 0.0, True
        while not stop.is_set():
            beat()
            woken.clear()
            began = time.monotonic()
            rows = await connection.fetch(_TAKE, BATCH)
            if rows:
                totals.note(await self._send(connection, producer, rows))
            await totals.announce(connection)
            is_full = len(rows) == BATCH
            if time.monotonic() - report_at > (REPORT_EVERY if waiting or is_full else REPORT_CALM_EVERY):
                report_at = time.monotonic()
                waiting = await self._report(connection, producer)
            if is_full:
                continue
            if rows and (left := began + self.window - time.monotonic()) > 0:
                await pause(stop, left)
            await pause(woken, LOOK_EVERY)

    async def _send(self, connection: Driver, producer: AIOKafkaProducer, rows: Sequence[Any]) -> Sequence[Any]:
        """Publish rows and delete them; returns the totals of the shards that grew (topic, shard, total)."""
        started = time.perf_counter()
        async with asyncio.timeout(SEND_TIMEOUT):
            await asyncio.gather(*[await producer.send_batch(batch, **place) for batch, place in _batches(producer, rows)])
        grown = await connection.fetch(_FORGET, [row["id"] for row in rows])
        PUBLISH_SECONDS.labels(self.service).observe(time.perf_counter() - started)
        OUTBOX_PUBLISHED.labels(self.service).inc(len(rows))
        return grown

    async def _report(self, connection: Driver, producer: AIOKafkaProducer) -> bool:
        """Say how much waits; returns whether anything does."""
        ((backlog, oldest),) = await connection.fetch("SELECT count(*), min(appended_at) FROM outbox")
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


def _batches(producer: AIOKafkaProducer, rows: Sequence[Any]) -> list[tuple[BatchBuilder, dict[str, Any]]]:
    """The rows in batches of one partition each, in their order, with the place of each: rows one by one cost far more."""
    batches: list[tuple[BatchBuilder, dict[str, Any]]] = []
    growing: dict[tuple[str, int], BatchBuilder] = {}
    for _, shard, topic, *of_event in rows:
        event = Event(*of_event)
        record = {"timestamp": None, "key": event.key, "value": event.value, "headers": event.headers()}
        batch = growing.get((topic, shard))
        if batch is None or batch.append(**record) is None:  # the first of a partition, or its batch is full
            batch = growing[topic, shard] = producer.create_batch()
            batch.append(**record)
            batches.append((batch, {"topic": topic, "partition": shard}))
    return batches
