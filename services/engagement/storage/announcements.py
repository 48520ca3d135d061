"""Events of rekindle.reengagement.v1 about what is derived of persons, kept so that they can be published again.

They share the sequences of a stream with the queue log's lines. Who numbers one holds the lock of its person. A claim leaves
its number in the queue log alone, so that it writes no row of ``relationships``: ``HEAD`` looks at both.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import outbox
from shared.db.asyncpg_connection import Write, driver, write_together
from shared.db.engine import notify_after_commit
from shared.events import Event, EventData, QueueItemErased, Topic
from shared.ids import derived_id
from shared.observability.tracing import current_traceparent

SOURCE = "rekindle"

HEAD = """
    greatest(relationships.reengagement_sequence, (
        SELECT max(sequence) FROM queue_log WHERE queue_log.candidate_id = relationships.candidate_id))
    """
"""The last sequence of a stream on rekindle.reengagement.v1; ``reengagement_sequence`` is 0 only where there is none."""
_HEADS = f"SELECT candidate_id, {HEAD} FROM relationships WHERE candidate_id = ANY($1::uuid[]) AND erased_at IS NULL"  # noqa: S608
_NUMBER = """
    UPDATE relationships SET reengagement_sequence = given.head FROM (
        SELECT id, head FROM unnest((SELECT $1::uuid[]), (SELECT $2::bigint[])) AS given (id, head)
        JOIN relationships ON candidate_id = id ORDER BY id FOR NO KEY UPDATE OF relationships
    ) AS given WHERE candidate_id = given.id
    """
_KEEP = """
    INSERT INTO announcements (candidate_id, sequence, type, data, at)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::jsonb[], $5::timestamptz[])
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
    return derived_id(f"queue_event:{stream}:{sequence}")


async def announce(
    session: AsyncSession,
    announced: Sequence[Announcement],
    *,
    at: datetime,
    shards: int,
    heads: Mapping[UUID, int] | None = None,
) -> None:
    """Keep events, numbered in the order given, and put them into the outbox. The caller holds the locks of the persons.

    ``heads`` are the sequences of their streams on the topic, read under these locks. A stream that has none, or was erased, is
    not among them, and nothing is announced in it.
    """
    if not announced:
        return
    connection = await driver(session)
    if heads is None:
        heads = dict(await connection.fetch(_HEADS, list({one.stream for one in announced})))
    traceparent, moved, events = current_traceparent(), dict(heads), list[Event]()
    for one in announced:
        if one.stream in moved:
            moved[one.stream] = sequence = moved[one.stream] + 1
            events.append(
                Event.of(
                    one.event,
                    id=event_id(one.stream, sequence),
                    source=SOURCE,
                    subject=one.stream,
                    sequence=sequence,
                    time=one.time or at,
                    traceparent=traceparent,
                )
            )
    if not events:
        return
    streams = sorted({event.subject for event in events if event.subject is not None})
    kept = zip(*((one.subject, one.sequence, one.type, one.value.decode(), one.time) for one in events), strict=True)
    await write_together(
        connection,
        [
            Write(_NUMBER, (streams, [moved[stream] for stream in streams])),
            Write(_KEEP, tuple(map(list, kept)), only_inserts=True),
            *outbox.appending(Topic.REENGAGEMENT, events, shards=shards),
        ],
    )
    notify_after_commit(session)


async def scrub(session: AsyncSession, stubs: Collection[QueueItemErased]) -> Sequence[UUID]:
    """Leave stubs in the place of all events of their streams; returns the stream of each event that had content."""
    streams, items = [stub.candidate_id for stub in stubs], [stub.item_id for stub in stubs]
    return [row[0] for row in await (await driver(session)).fetch(_SCRUB, streams, QueueItemErased.type, items)]
