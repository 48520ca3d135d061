"""Applying a batch of records in one transaction: each event once, in the order of its stream, or not at all."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions, is_transient
from shared.events import BY_TYPE, Event, Topic, decode
from shared.inbox import repository as storage
from shared.inbox.repository import ConsumerPosition
from shared.kafka.consumed_record import ConsumedRecord

logger = logging.getLogger(__name__)

Handler = Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]
"""Gives fresh events their meaning, on the loop's transaction. Raising sends the failing record to the dead letters."""

MAX_FAILURES = 20
"""From this many failing events on, and when they are most of the batch, the consumer stops: the fault is not the events'."""


class TooManyFailuresError(RuntimeError):
    """Most events of a batch cannot be applied. Putting them all aside would hide a fault of this service."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order, and where this process believes the group to stand."""

    partition: TopicPartition
    position: ConsumerPosition
    records: list[ConsumedRecord]


@dataclass(slots=True)
class Applied:
    """What came of some batches."""

    positions: dict[TopicPartition, ConsumerPosition] = field(default_factory=dict)
    lost: list[TopicPartition] = field(default_factory=list)
    """Partitions whose stored position is another: somebody else owns them now, and nothing was applied."""
    applied: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    lacks: dict[TopicPartition, int] = field(default_factory=dict)
    """Against the producer's total, how many events of the shard are missing."""
    gaps: dict[TopicPartition, dict[UUID, int]] = field(default_factory=dict)
    """Streams that miss an event, with the last sequence applied."""


@dataclass(frozen=True, slots=True)
class _Dead:
    """A record that could not be applied; ``left_hole`` says whether its stream went on without it."""

    partition: TopicPartition
    received: ConsumedRecord
    error: str
    left_hole: bool


@dataclass(slots=True, eq=False)
class PartitionBatch:
    """One partition's records against what its streams have seen."""

    batch: Batch
    counted: int
    heads: dict[UUID, int]
    fresh: list[tuple[TopicPartition, ConsumedRecord]] = field(default_factory=list)
    dead: list[_Dead] = field(default_factory=list)
    waiting: list[ConsumedRecord] = field(default_factory=list)
    moved: set[UUID] = field(default_factory=set)
    total: int | None = None
    lack: int = 0
    topic: Topic = field(init=False)

    def __post_init__(self) -> None:
        self.topic = Topic(self.batch.partition.topic)

    def streams(self) -> set[UUID]:
        """The streams that the records are of."""
        return {r.event.subject for r in self.batch.records if r.event is not None and r.event.subject is not None}

    def run(self) -> None:
        for received in self.batch.records:
            if received.total is not None:
                self.total = received.total
                self.lack = received.total - self.counted
            elif not received.is_tombstone:
                self._sort(received)

    def _sort(self, received: ConsumedRecord) -> None:
        error = received.error or self._misplaced(received.event)
        event = received.event
        if not self.topic.is_sequenced:
            if error is None:
                self.fresh.append((self.batch.partition, received))
            else:
                self.dead.append(_Dead(self.batch.partition, received, error, left_hole=False))
            return
        if error is not None:
            follows = event is not None and event.subject is not None and event.sequence is not None and self._follows(event)
            if follows and event is not None:
                self._advance(event)
            self.dead.append(_Dead(self.batch.partition, received, error, left_hole=follows))
            return
        assert event is not None
        assert event.subject is not None
        assert event.sequence is not None
        if event.sequence <= self.heads.get(event.subject, 0):
            return
        if self._follows(event):
            self._advance(event)
            self.fresh.append((self.batch.partition, received))
        else:
            self.waiting.append(received)

    def _misplaced(self, event: Event | None) -> str | None:
        if event is None:
            return None
        if BY_TYPE[event.type].topic is not self.topic:
            return f"{event.type} does not belong on {self.topic}"
        if self.topic.is_sequenced and (event.subject is None or event.sequence is None):
            return "ce_subject or ce_sequence is missing"
        return None

    def _follows(self, event: Event) -> bool:
        assert event.subject is not None
        assert event.sequence is not None
        head = self.heads.get(event.subject, 0)
        return event.sequence > head if self.topic.is_compacted else event.sequence == head + 1

    def _advance(self, event: Event) -> None:
        assert event.subject is not None
        assert event.sequence is not None
        self.counted += event.sequence - self.heads.get(event.subject, 0)
        self.heads[event.subject] = event.sequence
        self.moved.add(event.subject)

    def drain(self, parked: Sequence[tuple[str, bytes | None]]) -> None:
        """Take up parked events whose turn has come."""
        for headers, value in parked:
            raw = storage.headers_from_json(headers)
            event = decode(raw, value)
            if self._follows(event):
                self._advance(event)
                self.lack -= 1
                received = ConsumedRecord(-1, 0, event.key, raw, value, event)
                self.fresh.append((self.batch.partition, received))

    @property
    def still_waiting(self) -> list[ConsumedRecord]:
        """Events to park: those whose turn has not come within this batch."""
        return [r for r in self.waiting if r.event is not None and not self._is_known(r.event)]

    def _is_known(self, event: Event) -> bool:
        assert event.subject is not None
        assert event.sequence is not None
        return event.sequence <= self.heads.get(event.subject, 0)

    @property
    def end(self) -> ConsumerPosition:
        last = self.batch.records[-1]
        return ConsumerPosition(last.offset + 1, last.identity)


async def apply(group: str, handler: Handler, sessions: Sessions, batches: Sequence[Batch]) -> Applied:
    """Apply batches in one transaction. Raises faults of the database, which change nothing, and TooManyFailuresError."""
    applied = Applied()
    async with sessions.begin() as session:
        stored = await storage.lock_positions(session, group, sorted(batch.partition for batch in batches))
        walks: list[PartitionBatch] = []
        for batch in sorted(batches, key=lambda batch: batch.partition):
            position, counted = stored.get(batch.partition, (None, 0))
            if position == batch.position:
                walks.append(PartitionBatch(batch, counted, {}))
            else:
                applied.lost.append(batch.partition)
        for topic in sorted({walk.topic for walk in walks}):
            await _sort_out(session, group, topic, [walk for walk in walks if walk.topic is topic])
        fresh = [one for walk in walks for one in walk.fresh]
        failed = await _hand_over(session, handler, fresh)
        for topic in sorted({walk.topic for walk in walks}):
            moved = {s: (w.heads[s], w.batch.partition.partition) for w in walks if w.topic is topic for s in w.moved}
            await storage.store_heads(session, group, topic, moved)
        for walk in walks:
            _note(walk, applied)
        for dead in [*(one for walk in walks for one in walk.dead), *failed]:
            logger.error("%s: record %d of %s is a dead letter: %s", group, dead.received.offset, dead.partition, dead.error)
            await storage.insert_dead_letter(session, group, dead.partition, dead.received, dead.error, left_hole=dead.left_hole)
            applied.dead[dead.partition.topic] += 1
        await storage.store_positions(session, group, {w.batch.partition: (w.end, w.counted, w.total) for w in walks})
    applied.positions = {walk.batch.partition: walk.end for walk in walks}
    for partition, _ in fresh:
        applied.applied[partition.topic] += 1
    return applied


async def _sort_out(session: AsyncSession, group: str, topic: Topic, walks: Sequence[PartitionBatch]) -> None:
    """Tell the fresh from the known, the early and the unreadable, and take up what was parked and can follow now.

    All partitions of a topic are asked about in one statement: a batch is often a few records of each.
    """
    streams = {walk: walk.streams() for walk in walks} if topic.is_sequenced else {}
    heads = await storage.read_heads(session, group, topic, sorted(set().union(*streams.values()))) if streams else {}
    for walk in walks:
        walk.heads = {stream: heads[stream] for stream in streams.get(walk, ()) if stream in heads}
        walk.run()
    if topic.is_compacted or not topic.is_sequenced:
        return
    for walk in walks:
        await storage.park(session, group, topic, walk.still_waiting)
    if any(walk.moved for walk in walks) and await storage.has_parked(session, group, topic):
        for walk in walks:
            moved = {stream: walk.heads[stream] for stream in sorted(walk.moved)}
            walk.drain(await storage.parked_after(session, group, topic, moved))
            await storage.unpark(session, group, topic, {stream: walk.heads[stream] for stream in moved})


def _note(walk: PartitionBatch, applied: Applied) -> None:
    partition = walk.batch.partition
    if walk.total is not None:
        applied.lacks[partition] = max(0, walk.lack)
    if waiting := walk.still_waiting:
        applied.parked[partition.topic] += len(waiting)
        applied.gaps[partition] = {
            r.event.subject: walk.heads.get(r.event.subject, 0)
            for r in waiting
            if r.event is not None and r.event.subject is not None
        }


async def _hand_over(
    session: AsyncSession, handler: Handler, fresh: Sequence[tuple[TopicPartition, ConsumedRecord]]
) -> list[_Dead]:
    """Run the handler over all events, or, when it fails, over one after the other; returns those that fail."""
    if not fresh:
        return []
    try:
        async with session.begin_nested():
            await handler(session, _events(fresh))
    except Exception as error:
        if is_transient(error):
            raise
        logger.warning("a batch of %d failed, trying its events one by one: %r", len(fresh), error)
    else:
        return []
    failed: list[_Dead] = []
    for partition, received in fresh:
        try:
            async with session.begin_nested():
                await handler(session, _events([(partition, received)]))
        except Exception as error:
            if is_transient(error):
                raise
            left_hole = Topic(partition.topic).is_sequenced
            failed.append(_Dead(partition, received, f"{type(error).__name__}: {error}", left_hole=left_hole))
            if len(failed) >= MAX_FAILURES and len(failed) * 2 > len(fresh):
                raise TooManyFailuresError(f"{len(failed)} of {len(fresh)} events fail, the last with: {error!r}") from error
    return failed


def _events(fresh: Sequence[tuple[TopicPartition, ConsumedRecord]]) -> list[Event]:
    return [received.event for _, received in fresh if received.event is not None]
