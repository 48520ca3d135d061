"""Applying a batch of records in one transaction: each event once, in the order of its stream, or not at all."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions, is_transient, savepoint
from shared.events import BY_TYPE, Event, Topic, decode
from shared.inbox import repository as storage
from shared.inbox.replies import replies_of
from shared.inbox.repository import ConsumerPosition
from shared.kafka.consumed_record import ConsumedRecord
from shared.observability.describing import describe

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

    def streams(self) -> set[tuple[str, UUID]]:
        """The streams that the records are of, with their topic."""
        topic = self.partition.topic
        if not Topic(topic).is_sequenced:
            return set()
        return {(topic, r.event.subject) for r in self.records if r.event is not None and r.event.subject is not None}


@dataclass(slots=True)
class Applied:
    """What came of some batches."""

    positions: dict[TopicPartition, ConsumerPosition] = field(default_factory=dict)
    lost: list[TopicPartition] = field(default_factory=list)
    """Partitions whose stored position is another: somebody else moved it, and nothing was applied."""
    applied: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)
    lacks: dict[TopicPartition, int] = field(default_factory=dict)
    """Against the producer's total, how many events of the shard are missing."""
    gaps: dict[TopicPartition, dict[UUID, int]] = field(default_factory=dict)
    """Streams that miss an event, with the last sequence applied."""
    replies: list[Event] = field(default_factory=list)
    """What the handler has to say on the control topic."""


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
    heads: dict[UUID, int]
    fresh: list[tuple[TopicPartition, ConsumedRecord]] = field(default_factory=list)
    dead: list[_Dead] = field(default_factory=list)
    waiting: list[ConsumedRecord] = field(default_factory=list)
    moved: set[UUID] = field(default_factory=set)
    total: int | None = None
    lack: int = 0
    topic: Topic = field(init=False)
    counted: int = field(init=False)

    def __post_init__(self) -> None:
        self.topic = Topic(self.batch.partition.topic)
        self.counted = self.batch.position.counted

    def run(self) -> None:
        for received in self.batch.records:
            if received.total is not None:
                self.total = received.total
                self.lack = received.total - self.counted
            elif not received.is_tombstone:
                self._sort(received)

    def _sort(self, received: ConsumedRecord) -> None:
        """What is to become of a record. One whose place in its stream was taken before says nothing new, whatever it holds."""
        event, partition = received.event, self.batch.partition
        error = received.error or self._misplaced(event)
        follows = not self.topic.is_sequenced
        if event is not None and event.subject is not None and event.sequence is not None and not follows:
            if event.sequence <= self.heads.get(event.subject, 0):
                return
            follows = self._take_place(event.subject, event.sequence)
        if error is not None:
            self.dead.append(_Dead(partition, received, error, left_hole=follows and self.topic.is_sequenced))
        elif follows:
            self.fresh.append((partition, received))
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

    def _take_place(self, stream: UUID, sequence: int) -> bool:
        """Move the head of a stream to an event that follows it; False where it does not."""
        head = self.heads.get(stream, 0)
        if not (sequence > head if self.topic.is_compacted else sequence == head + 1):
            return False
        self.counted += sequence - head
        self.heads[stream] = sequence
        self.moved.add(stream)
        return True

    def drain(self, parked: Sequence[tuple[str, bytes | None]]) -> None:
        """Take up parked events whose turn has come."""
        for headers, value in parked:
            raw = storage.headers_from_json(headers)
            event = decode(raw, value)
            if event.subject is not None and event.sequence is not None and self._take_place(event.subject, event.sequence):
                self.lack -= 1
                self.fresh.append((self.batch.partition, ConsumedRecord(-1, 0, event.key, raw, value, event)))

    @property
    def gaps(self) -> dict[UUID, int]:
        """The streams of the events to park, with the last sequence applied."""
        streams = [received.event.subject for received in self.still_waiting if received.event is not None]
        return {stream: self.heads.get(stream, 0) for stream in streams if stream is not None}

    @property
    def still_waiting(self) -> list[ConsumedRecord]:
        """Events to park: those whose turn has not come within this batch."""
        return [one for one in self.waiting if (event := one.event) is not None and not self._is_known(event)]

    def _is_known(self, event: Event) -> bool:
        assert event.subject is not None
        assert event.sequence is not None
        return event.sequence <= self.heads.get(event.subject, 0)

    @property
    def end(self) -> ConsumerPosition:
        last = self.batch.records[-1]
        return ConsumerPosition(last.offset + 1, last.identity, self.counted)


class _HandlerFailedError(Exception):
    """The handler failed, for a reason that lies in the events or in itself, and its transaction is of no more use."""


_HandOver = Callable[[AsyncSession, Handler, Sequence[tuple[TopicPartition, ConsumedRecord]]], Awaitable[list[_Dead]]]


async def apply(group: str, handler: Handler, sessions: Sessions, batches: Sequence[Batch], *, opening: str = "") -> Applied:
    """Apply batches in one transaction, which begins with ``opening`` where there is one.

    Raises faults of the database, which change nothing, and TooManyFailuresError.

    When the handler fails, all is rolled back and done once more, record by record: a savepoint costs two round trips, and
    nearly every batch needs none.
    """
    try:
        return await _apply(group, handler, sessions, batches, _together, opening)
    except _HandlerFailedError as failed:
        logger.warning("%s: a batch failed, trying its events one by one: %r", group, failed.__cause__)
    return await _apply(group, handler, sessions, batches, _one_by_one, opening)


async def _apply(
    group: str, handler: Handler, sessions: Sessions, batches: Sequence[Batch], hand_over: _HandOver, opening: str
) -> Applied:
    applied = Applied()
    batches = sorted(batches, key=lambda batch: batch.partition)
    # What a crash of the server takes is the effects and the position together, so that the same records are read again.
    async with sessions.begin(waits_for_disk=False, opening=opening) as session:
        streams = [batch.streams() for batch in batches]
        stored = await storage.lock(session, group, [batch.partition for batch in batches], sorted(set().union(*streams)))
        parts: list[PartitionBatch] = []
        for batch, its_streams in zip(batches, streams, strict=True):
            if stored.positions.get(batch.partition) == batch.position:
                parts.append(PartitionBatch(batch, stored.heads_of(its_streams)))
            else:
                applied.lost.append(batch.partition)
        for part in parts:
            part.run()
            await _settle_early(session, group, part, stored.parked)
        fresh = [one for part in parts for one in part.fresh]
        failed = await hand_over(session, handler, fresh) if fresh else []
        for part in parts:
            _note(part, applied)
        for dead in [*(one for part in parts for one in part.dead), *failed]:
            logger.error("%s: record %d of %s is a dead letter: %s", group, dead.received.offset, dead.partition, dead.error)
            await storage.insert_dead_letter(session, group, dead.partition, dead.received, dead.error, left_hole=dead.left_hole)
            applied.dead[dead.partition.topic] += 1
        heads = {(w.topic.value, s): (w.heads[s], w.batch.partition.partition) for w in parts for s in w.moved}
        ends = {part.batch.partition: (part.end, part.total) for part in parts}
        if ends:
            await storage.store(session, group, heads, ends)
        applied.replies = replies_of(session)
    applied.positions = {partition: end for partition, (end, _) in ends.items()}
    for partition, _ in fresh:
        applied.applied[partition.topic] += 1
    return applied


async def _settle_early(session: AsyncSession, group: str, part: PartitionBatch, parked: Collection[tuple[str, UUID]]) -> None:
    """Park what came before those it follows, and take up what was parked and can follow now."""
    if part.topic.is_compacted or not part.topic.is_sequenced:
        return
    await storage.park(session, group, part.topic, part.still_waiting)
    moved = {stream: part.heads[stream] for stream in sorted(part.moved) if (part.topic.value, stream) in parked}
    if moved:
        part.drain(await storage.parked_after(session, group, part.topic, moved))
        await storage.unpark(session, group, part.topic, {stream: part.heads[stream] for stream in moved})


def _note(part: PartitionBatch, applied: Applied) -> None:
    partition = part.batch.partition
    if part.total is not None:
        applied.lacks[partition] = max(0, part.lack)
    if waiting := part.still_waiting:
        applied.parked[partition.topic] += len(waiting)
        applied.gaps[partition] = part.gaps


async def _together(
    session: AsyncSession, handler: Handler, fresh: Sequence[tuple[TopicPartition, ConsumedRecord]]
) -> list[_Dead]:
    try:
        await handler(session, _events(fresh))
    except Exception as error:
        if is_transient(error):
            raise
        raise _HandlerFailedError from error
    return []


async def _one_by_one(
    session: AsyncSession, handler: Handler, fresh: Sequence[tuple[TopicPartition, ConsumedRecord]]
) -> list[_Dead]:
    """Run the handler over one event after the other, each under a savepoint; returns those that fail."""
    failed: list[_Dead] = []
    for partition, received in fresh:
        try:
            async with savepoint(session):
                await handler(session, _events([(partition, received)]))
        except Exception as error:
            if is_transient(error):
                raise
            left_hole = Topic(partition.topic).is_sequenced
            failed.append(_Dead(partition, received, describe(error), left_hole=left_hole))
            if len(failed) >= MAX_FAILURES and len(failed) * 2 > len(fresh):
                raise TooManyFailuresError(
                    f"{len(failed)} of {len(fresh)} events fail, the last with: {describe(error)}"
                ) from error
    return failed


def _events(fresh: Sequence[tuple[TopicPartition, ConsumedRecord]]) -> list[Event]:
    return [received.event for _, received in fresh if received.event is not None]
