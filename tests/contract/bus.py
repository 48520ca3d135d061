"""A small service for contract tests: it appends facts to an outbox and applies them to a ledger, on real stores."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.db.engine import Sessions
from shared.events import Event, PursuitResponded, Topic
from shared.ids import shard_of
from shared.kafka.consumer import MAX_RECORDS, Subscription, consume
from shared.outbox.relay import Relay

SHARDS = 12
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def responded(stream: UUID, sequence: int) -> Event:
    """A valid event of a stream."""
    return Event.of(
        PursuitResponded(words=sequence),
        id=uuid4(),
        source="ats",
        subject=stream,
        sequence=sequence,
        time=BEGIN + timedelta(minutes=sequence),
    )


@dataclass
class Ledger:
    """Writes down what was applied, in the consumer's own transaction."""

    sessions: Sessions
    refuses: set[UUID] = field(default_factory=set)
    """Events that the handler cannot apply."""
    loses_connection_at: UUID | None = None
    """The event at which the database's connection is lost, once."""
    batches: list[int] = field(default_factory=list)
    """How many events each call of the handler was given."""
    running: int = 0
    most_at_once: int = 0
    """How many calls of the handler there were at the same time."""

    async def prepare(self) -> None:
        async with self.sessions.begin() as session:
            await session.execute(text("CREATE TABLE IF NOT EXISTS ledger (position bigserial, stream uuid, sequence bigint)"))
            await session.execute(text("TRUNCATE ledger"))

    async def __call__(self, session: AsyncSession, events: Sequence[Event]) -> None:
        self.batches.append(len(events))
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            for event in events:
                if event.id in self.refuses:
                    raise ValueError("refused by the test")
                if event.id == self.loses_connection_at:
                    self.loses_connection_at = None
                    raise ConnectionResetError
                await session.execute(
                    text("INSERT INTO ledger (stream, sequence) VALUES (:stream, :sequence)"),
                    {"stream": event.subject, "sequence": event.sequence},
                )
        finally:
            self.running -= 1

    async def of(self, stream: UUID) -> list[int]:
        """Sequences applied of a stream, in the order in which they were."""
        async with self.sessions.begin() as session:
            rows = await session.scalars(
                text("SELECT sequence FROM ledger WHERE stream = :stream ORDER BY position"), {"stream": stream}
            )
            return list(rows)


@asynccontextmanager
async def consuming(
    ledger: Ledger, kafka: str, group: str, *, window: float = 0.1, max_records: int = MAX_RECORDS, windows: int = 1
) -> AsyncIterator[None]:
    """The consume loop on the engagement topic, for the length of the block."""
    stop = asyncio.Event()
    subscription = Subscription(group, (Topic.ENGAGEMENT,), ledger, max_records, windows=windows)
    task = asyncio.create_task(consume(subscription, sessions=ledger.sessions, bootstrap_servers=kafka, stop=stop, window=window))
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def relaying(sessions: Sessions, kafka: str) -> AsyncIterator[None]:
    """The relay, for the length of the block."""
    stop = asyncio.Event()
    relay = Relay("test", sessions, kafka, [Topic.ENGAGEMENT])
    task = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def accept(sessions: Sessions, *events: Event, repeats: bool = False) -> None:
    """Commit events to the outbox."""
    async with sessions.begin() as session:
        await outbox.append(session, Topic.ENGAGEMENT, events, shards=SHARDS, repeats=repeats)


async def publish(kafka: str, *events: Event) -> None:
    """Put events on the topic directly, as a relay that repeats itself would."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for event in events:
            assert event.subject is not None
            await producer.send_and_wait(
                Topic.ENGAGEMENT,
                event.value,
                key=event.key,
                partition=shard_of(event.subject, SHARDS),
                headers=event.headers(),
            )


async def publish_raw(
    kafka: str, partition: int, value: bytes | None, headers: Sequence[tuple[str, bytes]] = (), key: bytes | None = None
) -> TopicPartition:
    """Put any bytes on the topic."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(Topic.ENGAGEMENT, value, key=key, partition=partition, headers=list(headers))
    return TopicPartition(Topic.ENGAGEMENT, partition)
