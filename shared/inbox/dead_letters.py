"""Looking at dead letters; applying one after its cause was mended, once, in the hole that it left; discarding one for good."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions
from shared.events import Event, Topic, UndecodableRecordError, decode
from shared.inbox import repository as storage
from shared.inbox.processor import Handler


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be applied."""

    id: int
    group: str
    topic: str
    partition: int
    offset: int
    error: str
    headers: list[tuple[str, bytes]]
    value: bytes | None
    left_hole: bool
    created_at: datetime
    replayed_at: datetime | None
    discarded_at: datetime | None
    discard_reason: str | None


class DeadLetterError(Exception):
    """The dead letter cannot be applied or discarded, or is not there; the message says why."""


class DeadLetterUnknownError(DeadLetterError):
    """There is none of that number."""


_READ = """
    SELECT id, group_name, topic, partition, record_offset, error, headers, value, left_hole, created_at, replayed_at,
        discarded_at, discard_reason
    FROM dead_letters
"""


async def waiting(sessions: Sessions, *, limit: int = 100, after: int = 0) -> Sequence[DeadLetter]:
    """Dead letters that were neither replayed nor discarded, oldest first."""
    query = text(f"{_READ} WHERE replayed_at IS NULL AND discarded_at IS NULL AND id > :after ORDER BY id LIMIT :limit")
    async with sessions.begin() as session:
        return [_letter(row) for row in await session.execute(query, {"after": after, "limit": limit})]


async def one(session: AsyncSession, number: int, *, lock: bool = False) -> DeadLetter:
    """A dead letter by its number. Raises DeadLetterError where there is none."""
    query = text(f"{_READ} WHERE id = :number {'FOR UPDATE' if lock else ''}")
    row = (await session.execute(query, {"number": number})).one_or_none()
    if row is None:
        raise DeadLetterUnknownError(f"there is no dead letter with the number {number}")
    return _letter(row)


async def group_of(sessions: Sessions, number: int) -> str:
    """The consumer group that could not apply a dead letter. Raises DeadLetterUnknownError."""
    async with sessions.begin() as session:
        return (await one(session, number)).group


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        group=row.group_name,
        topic=row.topic,
        partition=row.partition,
        offset=row.record_offset,
        error=row.error,
        headers=storage.headers_from_json(row.headers),
        value=None if row.value is None else bytes(row.value),
        left_hole=row.left_hole,
        created_at=row.created_at,
        replayed_at=row.replayed_at,
        discarded_at=row.discarded_at,
        discard_reason=row.discard_reason,
    )


async def discard(sessions: Sessions, number: int, reason: str) -> None:
    """Never apply a dead letter, and list it no more. The row stays, with the reason. Raises DeadLetterError."""
    async with sessions.begin() as session:
        letter = await one(session, number, lock=True)
        _check_waits(letter)
        await session.execute(
            text("UPDATE dead_letters SET discarded_at = clock_timestamp(), discard_reason = :reason WHERE id = :number"),
            {"number": number, "reason": reason},
        )


def _check_waits(letter: DeadLetter) -> None:
    if letter.replayed_at is not None:
        raise DeadLetterError(f"dead letter {letter.id} was replayed at {letter.replayed_at.isoformat()}")
    if letter.discarded_at is not None:
        raise DeadLetterError(
            f"dead letter {letter.id} was discarded at {letter.discarded_at.isoformat()}: {letter.discard_reason}"
        )


async def replay(sessions: Sessions, handler: Handler, number: int, *, opening: str = "") -> None:
    """Apply a dead letter with the group's handler, once, in a transaction that begins with ``opening``.

    Raises DeadLetterError, or what the handler raises.
    """
    async with sessions.begin(opening=opening) as session:
        letter = await one(session, number)
        partition = TopicPartition(letter.topic, letter.partition)
        await storage.lock(session, letter.group, [partition], [])  # the consumer of the partition waits meanwhile
        letter = await one(session, number, lock=True)
        _check_waits(letter)
        event = _readable(letter)
        if Topic(letter.topic).is_sequenced and event.subject is not None and event.sequence is not None:
            await _take_place(session, letter, partition, event.subject, event.sequence)
        await handler(session, [event])
        await session.execute(
            text("UPDATE dead_letters SET replayed_at = clock_timestamp() WHERE id = :number"), {"number": number}
        )


def _readable(letter: DeadLetter) -> Event:
    try:
        event = decode(letter.headers, letter.value)
        _ = event.data
    except UndecodableRecordError as error:
        raise DeadLetterError(f"dead letter {letter.id} still cannot be read: {error}") from error
    return event


async def _take_place(session: AsyncSession, letter: DeadLetter, partition: TopicPartition, stream: UUID, sequence: int) -> None:
    """Check that the record still has a place in its stream, and move the stream on where it has not gone on without it.

    On a compacted topic a version replaces those before it, so an older one must not come after a newer. On the others a
    record may only be applied in the hole that it left, or as the one that its stream waits for.
    """
    topic = Topic(letter.topic)
    stored = await storage.lock(session, letter.group, [partition], [(topic.value, stream)])
    head = stored.heads.get((topic.value, stream), 0)
    if topic.is_compacted and head > sequence:
        raise DeadLetterError(
            f"dead letter {letter.id} is version {sequence}, and version {head}, which replaces it, was applied since"
        )
    if letter.left_hole:
        return
    if not (sequence > head if topic.is_compacted else sequence == head + 1):
        raise DeadLetterError(
            f"dead letter {letter.id} is not the next of its stream: it has sequence {sequence}, the last applied is {head}"
        )
    position = stored.positions[partition]
    end = replace(position, counted=position.counted + sequence - head)
    await storage.store(session, letter.group, {(topic.value, stream): (sequence, partition.partition)}, {partition: (end, None)})
