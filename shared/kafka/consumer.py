"""The only consume loop: records become effects exactly once.

A batch is one transaction: the rows that say where the group stands are locked and must say what this process believes, the
handler runs, heads and offsets are stored, and all is committed together. The offset that Kafka knows is for lag alone.
The commit waits for the disk only when it is told to others: by the outbox, or by a reply.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from opentelemetry.trace import SpanKind

from shared.db.engine import Sessions, is_transient
from shared.events import Topic
from shared.inbox import repository as storage
from shared.inbox.processor import Applied, Batch, Handler, apply
from shared.inbox.repository import ConsumerPosition
from shared.kafka.consumed_record import ConsumedRecord, parse_record
from shared.observability.heartbeats import beat
from shared.observability.metrics import APPLIED, APPLY_SECONDS, DEAD_LETTERED, DELIVERY_SECONDS, GAPS, SHARDS_SHORT
from shared.observability.tracing import links_to, tracer
from shared.reconciliation.requests import ask_for_shards, ask_for_streams
from shared.shutdown import pause

logger = logging.getLogger(__name__)


MAX_RECORDS = 2000
WINDOW = 0.1
"""Seconds from the beginning of one batch to the beginning of the next, while little comes."""
FETCH_WAIT_MS = 1000
"""How long the broker keeps a fetch that finds nothing."""
IDLE_TURN = 3.0
"""Seconds after which a loop that finds nothing turns all the same."""
COMMIT_EVERY = 5.0
COMMIT_IDLE = 1.0
"""Seconds between two commits to Kafka, and from the last record to the commit of a consumer that becomes idle."""
RETRY_AFTER = 1.0
START_TIMEOUT = 20.0
ASK_AGAIN_AFTER = 10.0
LOOK_EVERY = 20.0
"""Seconds between two looks at what is still missing: a request may be lost, with who made it or with the broker."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer group, what it reads, and what its records mean."""

    group: str
    topics: tuple[Topic, ...]
    handler: Handler
    max_records: int = MAX_RECORDS
    """Records in one transaction at most. Where more wait, two transactions are side by side, of different partitions, and the
    next follow at once; so the handler bears that others run beside it, as it must with several workers."""
    reads_data: bool = True
    """False where the handler looks at types, streams and times alone: then nobody parses and validates the data for it."""
    opening: str = ""
    """A statement without parameters that begins each transaction, such as a lock that the handler needs in any case."""
    windows: int = 1
    """How many windows lie between two batches while little comes. Fewer batches cost less, where nobody waits for each."""


async def consume(
    subscription: Subscription, *, sessions: Sessions, bootstrap_servers: str, stop: asyncio.Event, window: float = WINDOW
) -> None:
    """Consume until ``stop`` is set. Faults of database and broker are retried; a flood of failing records is raised.

    What comes to an idle consumer is applied at once. One that has just worked waits until ``window`` seconds have passed
    since it began, and then takes all that came, because a batch costs nearly the same whatever is in it.
    """
    while not stop.is_set():
        loop = _Loop(subscription, sessions, bootstrap_servers, window * subscription.windows)
        try:
            await loop.run(stop)
        except (KafkaError, TimeoutError, OSError) as error:
            logger.warning("%s: the broker does not answer, trying again: %r", subscription.group, error)
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("%s: the database does not answer, trying again: %r", subscription.group, error)
        await pause(stop, RETRY_AFTER)


Fetched = dict[TopicPartition, list[ConsumerRecord]]


def _count(fetched: Fetched) -> int:
    return sum(map(len, fetched.values()))


@dataclass(slots=True)
class _Loop:
    subscription: Subscription
    sessions: Sessions
    bootstrap_servers: str
    window: float
    positions: dict[TopicPartition, ConsumerPosition] = field(default_factory=dict)
    """What this process believes the stored positions to be, for the partitions it was given."""
    unverified: set[TopicPartition] = field(default_factory=set)
    """Partitions whose first record must prove that the topic is still the one that was read before."""
    asked: dict[TopicPartition, float] = field(default_factory=dict)
    looked_at: float = field(default_factory=time.monotonic)
    uncommitted: set[TopicPartition] = field(default_factory=set)
    """Partitions whose position Kafka does not know yet."""
    committed_at: float = 0.0
    producer: AIOKafkaProducer | None = None
    """Writes to the control topic, from the first request or reply on."""
    waiting: asyncio.Timeout | None = None
    """The wait for records, while it lasts."""

    async def run(self, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=self.subscription.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            max_poll_interval_ms=120_000,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            consumer_timeout_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=2_097_152,
            metadata_max_age_ms=30_000,
        )
        consumer.subscribe([topic.value for topic in self.subscription.topics], listener=_OnAssignment(self, consumer))
        stopping = asyncio.create_task(self._end_wait_at(stop))
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await consumer.start()
            while not stop.is_set():
                beat()
                await self._turn(consumer, stop)
            await self._commit_to_kafka(consumer)
        finally:
            stopping.cancel()
            beat()
            ending = [consumer.stop()] if self.producer is None else [consumer.stop(), self.producer.stop()]
            await asyncio.wait([asyncio.ensure_future(one) for one in ending], timeout=10)

    async def _turn(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        """Take what came, or find that nothing does."""
        await self.seek(consumer, consumer.assignment() - self.positions.keys())
        fetched = [one for one in await self._wait_for_records(consumer, stop) if one]
        began = time.monotonic()
        is_full = sum(map(_count, fetched)) >= self.subscription.max_records
        if fetched and not is_full:
            # Before the client has a chance to ask for more: it would be given the next record alone, not all that come.
            consumer.pause(*consumer.assignment())
        if fetched:
            await self._take(consumer, fetched)
        await self._look_again()
        if self.uncommitted and time.monotonic() - self.committed_at >= (COMMIT_EVERY if fetched else COMMIT_IDLE):
            await self._commit_to_kafka(consumer)
        if fetched and not is_full:
            if (left := began + self.window - time.monotonic()) > 0:
                await pause(stop, left)
            consumer.resume(*consumer.paused())

    async def _wait_for_records(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> list[Fetched]:
        """The next records; none after a while in which nothing came, or when ``stop`` is set.

        Where so many wait that a transaction cannot hold them, a second one is given those of other partitions.
        """
        if stop.is_set():
            return []
        seconds, most = COMMIT_IDLE if self.uncommitted else IDLE_TURN, self.subscription.max_records
        try:
            async with asyncio.timeout(None) as self.waiting:
                first: Fetched = await consumer.getmany(timeout_ms=int(seconds * 1000), max_records=most)
                others = consumer.assignment() - first.keys()
                if others and _count(first) == most:
                    return [first, await consumer.getmany(*others, max_records=most)]
                return [first]
        except TimeoutError:
            if not stop.is_set():
                raise
            return []
        finally:
            self.waiting = None

    async def _end_wait_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        if self.waiting is not None:
            self.waiting.reschedule(0)

    async def seek(self, consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> None:
        """Go to where the group stands, one record before it where there is one, to prove that it is the same topic."""
        wanted = sorted(partitions)
        if not wanted:
            return
        async with self.sessions.begin() as session:
            stored = await storage.positions(session, self.subscription.group, wanted)
        for partition in wanted:
            position = stored[partition]
            self.positions[partition] = position
            if position.next_offset > 0 and position.last_record is not None:
                self.unverified.add(partition)
                consumer.seek(partition, position.next_offset - 1)
            else:
                self.unverified.discard(partition)
                consumer.seek(partition, position.next_offset)

    def verify_resume_offset(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, records: list[ConsumerRecord]
    ) -> list[ConsumerRecord]:
        """Drop the record that was applied last; start again from the beginning when it is not the one remembered."""
        if partition not in self.unverified:
            return records
        self.unverified.discard(partition)
        position = self.positions[partition]
        first = records[0]
        if first.offset == position.next_offset - 1:
            if parse_record(first).identity == position.last_record:
                return records[1:]
        elif first.offset >= position.next_offset:
            return records  # compaction or retention took the record; nothing says that the topic is another one
        logger.warning(
            "%s: %s is not the topic that was read before, reading it from its beginning",
            self.subscription.group,
            partition,
        )
        if first.offset == 0:
            return records
        consumer.seek(partition, 0)
        return []

    async def _take(self, consumer: AIOKafkaConsumer, fetched: Sequence[Fetched]) -> None:
        """Apply what was fetched, each fetch in a transaction of its own: the database works on one, Python on the other."""
        together = [batches for one in fetched if (batches := self._batches(consumer, one))]
        ended = await asyncio.gather(*map(self._apply, together), return_exceptions=True)
        for fault in ended:
            if isinstance(fault, BaseException):
                raise fault
        for applied in ended:
            assert isinstance(applied, Applied)
            self.positions |= applied.positions
            self.uncommitted |= applied.positions.keys()
            if applied.lost:
                logger.info("%s: somebody else moved the position in %s, reading it again", self.subscription.group, applied.lost)
                await self.seek(consumer, [partition for partition in applied.lost if partition in consumer.assignment()])
            await self._ask([partition for partition, lack in applied.lacks.items() if lack > 0], applied.gaps)
            for reply in applied.replies:
                producer = await self._control_producer()
                await producer.send_and_wait(Topic.CONTROL, reply.value, headers=reply.headers(), partition=0)

    def _batches(self, consumer: AIOKafkaConsumer, fetched: Fetched) -> list[Batch]:
        batches: list[Batch] = []
        for partition, records in fetched.items():
            if partition not in self.positions:
                continue  # it was taken away while the records were on their way
            fresh = self.verify_resume_offset(consumer, partition, records)
            if fresh:
                read = [parse_record(record, validate=self.subscription.reads_data) for record in fresh]
                batches.append(Batch(partition, self.positions[partition], read))
        return batches

    async def _apply(self, batches: list[Batch]) -> Applied:
        started = time.perf_counter()
        with tracer.start_as_current_span(
            f"apply {self.subscription.group}",
            kind=SpanKind.CONSUMER,
            record_exception=False,  # a message may quote what it stumbled over
            links=links_to(r.event.traceparent for b in batches for r in b.records if r.event is not None),
        ):
            own = self.subscription
            applied = await apply(own.group, own.handler, self.sessions, batches, opening=own.opening)
        self._measure(batches, applied, time.perf_counter() - started)
        return applied

    async def _look_again(self) -> None:
        """Ask once more for what is still missing. A total is read once, and a silent shard never has another."""
        now = time.monotonic()
        if now - self.looked_at < LOOK_EVERY:
            return
        self.looked_at = now
        short = await storage.short(self.sessions, self.subscription.group)
        await self._ask([partition for partition in short if partition in self.positions], {})

    async def _ask(self, short: Iterable[TopicPartition], gaps: Mapping[TopicPartition, Mapping[UUID, int]]) -> None:
        """Ask on the control topic for what is missing, each shard at most every ten seconds."""
        now = time.monotonic()
        due = [p for p in sorted(short) if now - self.asked.get(p, -ASK_AGAIN_AFTER) >= ASK_AGAIN_AFTER]
        if not due and not gaps:
            return
        self.asked |= dict.fromkeys(due, now)
        producer = await self._control_producer()
        await ask_for_streams(producer, self.subscription.group, gaps)
        await ask_for_shards(producer, self.sessions, self.subscription.group, due)

    async def _control_producer(self) -> AIOKafkaProducer:
        """The producer for the control topic, opened on first use."""
        if self.producer is None:
            self.producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap_servers, max_request_size=2_097_152)
            async with asyncio.timeout(START_TIMEOUT):
                await self.producer.start()
        return self.producer

    async def _commit_to_kafka(self, consumer: AIOKafkaConsumer) -> None:
        """Commit to Kafka too, for its lag figures; nothing depends on it."""
        self.committed_at = time.monotonic()
        mine = {p: self.positions[p].next_offset for p in self.uncommitted & consumer.assignment() if p in self.positions}
        self.uncommitted.clear()
        if not mine:
            return
        try:
            async with asyncio.timeout(5):
                await consumer.commit(mine)
        except (KafkaError, TimeoutError) as error:
            logger.info("the offsets could not be committed to Kafka: %r", error)

    def _measure(self, batches: list[Batch], applied: Applied, seconds: float) -> None:
        group = self.subscription.group
        APPLY_SECONDS.labels(group).observe(seconds)
        now = time.time() * 1000
        newest: list[ConsumedRecord] = [batch.records[-1] for batch in batches]
        for received in newest:
            DELIVERY_SECONDS.labels(group).observe(max(0.0, (now - received.timestamp) / 1000))
        for topic, count in applied.applied.items():
            APPLIED.labels(group, topic).inc(count)
        for topic, count in applied.dead.items():
            DEAD_LETTERED.labels(group, topic).inc(count)
        for topic, count in applied.parked.items():
            GAPS.labels(group, topic).inc(count)
            logger.error("%s: %d events of %s wait for earlier ones that are missing", group, count, topic)
        for partition, lack in applied.lacks.items():
            SHARDS_SHORT.labels(group, partition.topic, str(partition.partition)).set(lack)


class _OnAssignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    def __init__(self, loop: _Loop, consumer: AIOKafkaConsumer) -> None:
        self._loop = loop
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        for partition in revoked:
            self._loop.positions.pop(partition, None)
            self._loop.unverified.discard(partition)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._loop.seek(self._consumer, assigned)
