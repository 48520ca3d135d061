"""Events of rekindle.reengagement.v1 about what is derived of persons, kept so that they can be published again.

They share the sequences of a stream with the queue log's lines.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.db.asyncpg_connection import driver
from shared.events import Event, EventData, QueueItemErased, Topic
from shared.ids import NAMESPACE
from shared.observability.tracing import current_traceparent

SOURCE = "rekindle"

_WRITE = """
    WITH given AS (
        SELECT *, row_number() OVER (PARTITION BY stream ORDER BY nth) AS place
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY AS given (stream, type, data, at, nth)
    ),
    counted AS (SELECT stream, count(*) AS number FROM given GROUP BY stream),
    locked AS (
        SELECT candidate_id, number FROM relationships JOIN counted ON candidate_id = stream
        WHERE erased_at IS NULL ORDER BY candidate_id FOR NO KEY UPDATE OF relationships
    ),
    numbered AS (
        UPDATE relationships SET reengagement_sequence = reengagement_sequence + number FROM locked
        WHERE relationships.candidate_id = locked.candidate_id
        RETURNING relationships.candidate_id, reengagement_sequence - number AS before
    ),
    written AS (
        INSERT INTO announcements (candidate_id, sequence, type, data, at)
        SELECT stream, before + place, type, data::jsonb, at FROM given JOIN numbered ON candidate_id = stream
    )
    SELECT nth, before + place FROM given JOIN numbered ON candidate_id = stream ORDER BY nth
    """
_SCRUB = """
    UPDATE announcements SET type = $2, data = jsonb_build_object('item_id', given.item, 'candidate_id', given.stream)
    FROM unnest($1::uuid[], $3::uuid[]) AS given (stream, item)
    WHERE candidate_id = given.stream AND type <> $2 RETURNING candidate_id
    """


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event about a person. ``stream`` is one of the person's; ``time`` is when it happened, if not when it is announced."""

    stream: UUID
    event: EventData
    time: datetime | None = None


def event_id(stream: UUID, sequence: int) -> UUID:
    """The id on the bus of a stream's event of rekindle.reengagement.v1."""
    return uuid5(NAMESPACE, f"queue_event:{stream}:{sequence}")


async def announce(session: AsyncSession, announced: Sequence[Announcement], *, at: datetime, shards: int) -> None:
    """Keep events, numbered in the order given, and put them into the outbox. The caller holds the locks of the persons.

    Nothing is announced in a stream that was erased.
    """
    if not announced:
        return
    values = [[one.stream for one in announced], [one.event.type for one in announced]]
    data = [one.event.public_json().decode() for one in announced]
    times = [at if one.time is None else one.time for one in announced]
    rows = await (await driver(session)).fetch(_WRITE, *values, data, times)
    traceparent = current_traceparent()
    events = [
        Event.of(
            announced[nth - 1].event,
            id=event_id(announced[nth - 1].stream, sequence),
            source=SOURCE,
            subject=announced[nth - 1].stream,
            sequence=sequence,
            time=times[nth - 1],
            traceparent=traceparent,
        )
        for nth, sequence in rows
    ]
    await outbox.append(session, Topic.REENGAGEMENT, events, shards=shards)


async def scrub(session: AsyncSession, stubs: Collection[QueueItemErased]) -> Sequence[UUID]:
    """Leave stubs in the place of all events of their streams; returns the stream of each event that had content."""
    streams, items = [stub.candidate_id for stub in stubs], [stub.item_id for stub in stubs]
    return [row[0] for row in await (await driver(session)).fetch(_SCRUB, streams, QueueItemErased.type, items)]
