"""Looking at dead letters, and applying one after its cause was mended: once, in the hole that it left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


class CannotReplay(Exception):
    """The dead letter cannot be applied; the message says why."""


_READ = """
    SELECT id, group_name, topic, partition, record_offset, error, headers, value, left_hole, created_at, replayed_at
    FROM dead_letters
"""


async def waiting(sessions: Sessions, *, limit: int = 100, after: int = 0) -> Sequence[DeadLetter]:
    """Dead letters that were not replayed, oldest first."""
    query = text(f"{_READ} WHERE replayed_at IS NULL AND id > :after ORDER BY id LIMIT :limit")
    async with sessions.begin() as session:
        return [_letter(row) for row in await session.execute(query, {"after": after, "limit": limit})]


async def one(session: AsyncSession, number: int, *, lock: bool = False) -> DeadLetter:
    """A dead letter by its number. Raises CannotReplay where there is none."""
    query = text(f"{_READ} WHERE id = :number {'FOR UPDATE' if lock else ''}")
    row = (await session.execute(query, {"number": number})).one_or_none()
    if row is None:
        raise CannotReplay(f"there is no dead letter {number}")
    return _letter(row)


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
    )


async def replay(sessions: Sessions, handler: Handler, number: int) -> None:
    """Apply a dead letter with the group's handler, once. Raises CannotReplay, or what the handler raises."""
    async with sessions.begin() as session:
        letter = await one(session, number)
        partition = TopicPartition(letter.topic, letter.partition)
        await storage.lock_positions(session, letter.group, [partition])  # the consumer of the partition waits meanwhile
        letter = await one(session, number, lock=True)
        if letter.replayed_at is not None:
            raise CannotReplay(f"dead letter {number} was replayed at {letter.replayed_at.isoformat()}")
        event = _readable(letter)
        if Topic(letter.topic).is_compacted:
            await _check_newest(session, letter, event)
        if not letter.left_hole:
            await _advance(session, letter, event)
        await handler(session, [event])
        await session.execute(
            text("UPDATE dead_letters SET replayed_at = clock_timestamp() WHERE id = :number"), {"number": number}
        )


def _readable(letter: DeadLetter) -> Event:
    try:
        event = decode(letter.headers, letter.value)
        _ = event.data
    except UndecodableRecordError as error:
        raise CannotReplay(f"dead letter {letter.id} still cannot be read: {error}") from error
    return event


async def _check_newest(session: AsyncSession, letter: DeadLetter, event: Event) -> None:
    """On a compacted topic a version replaces those before it, so an older one must not come after a newer."""
    if event.subject is None or event.sequence is None:
        return
    heads = await storage.read_heads(session, letter.group, letter.topic, [event.subject])
    if (head := heads.get(event.subject, 0)) > event.sequence:
        raise CannotReplay(
            f"dead letter {letter.id} is version {event.sequence}, and version {head}, which replaces it, was applied since"
        )


async def _advance(session: AsyncSession, letter: DeadLetter, event: Event) -> None:
    """A record whose stream did not go on without it may only be applied if it is the one that the stream waits for."""
    topic = Topic(letter.topic)
    if not topic.is_sequenced or event.subject is None or event.sequence is None:
        return
    heads = await storage.read_heads(session, letter.group, topic, [event.subject])
    head = heads.get(event.subject, 0)
    follows = event.sequence > head if topic.is_compacted else event.sequence == head + 1
    if not follows:
        raise CannotReplay(
            f"dead letter {letter.id} is not the next of its stream: it has sequence {event.sequence}, the last applied is {head}"
        )
    await storage.store_heads(session, letter.group, topic, {event.subject: (event.sequence, letter.partition)})
    await session.execute(
        text(
            "UPDATE inbox_offsets SET counted = counted + :more "
            "WHERE group_name = :group AND topic = :topic AND partition = :partition"
        ),
        {
            "more": event.sequence - head,
            "group": letter.group,
            "topic": letter.topic,
            "partition": letter.partition,
        },
    )
