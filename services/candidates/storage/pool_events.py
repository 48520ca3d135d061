"""Events of rekindle.pool.v1, kept so that they can be published again. A stream's count from 1 without gaps."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from shared import outbox
from shared.db.asyncpg_connection import Driver, Write, inserting
from shared.events import Event, EventData, PoolEventErased, Topic
from shared.ids import derived_id
from shared.observability.tracing import current_traceparent

SOURCE = "rekindle"
_KEPT = (("candidate_id", "uuid"), ("sequence", "bigint"), ("type", "text"), ("data", "jsonb"), ("at", "timestamptz"))
_READ = f"SELECT {', '.join(name for name, _ in _KEPT)} FROM pool_events"  # noqa: S608 - constants
_SCRUB = """
    UPDATE pool_events SET type = $2, data = jsonb_build_object('candidate_id', candidate_id)
    WHERE candidate_id = ANY($1::uuid[])
    """


def event_id(stream: UUID, sequence: int) -> UUID:
    """The id on the bus of a stream's event."""
    return derived_id(f"pool_event:{stream}:{sequence}")


def stub(stream: UUID) -> PoolEventErased:
    """What stands in the place of an event about somebody who was erased."""
    return PoolEventErased(candidate_id=stream)


async def announcing(
    connection: Driver, announced: Sequence[tuple[UUID, EventData]], *, now: datetime, shards: int
) -> list[Write]:
    """Keep events of streams, numbered in the order given, and put them into the outbox. The caller holds the lock POOLS."""
    if not announced:
        return []
    heads = dict(
        await connection.fetch(
            "SELECT candidate_id, max(sequence) FROM pool_events WHERE candidate_id = ANY($1::uuid[]) GROUP BY candidate_id",
            list({stream for stream, _ in announced}),
        )
    )
    events, traceparent = list[Event](), current_traceparent()
    for stream, data in announced:
        heads[stream] = sequence = heads.get(stream, 0) + 1
        number = event_id(stream, sequence)
        made = Event.of(data, id=number, source=SOURCE, subject=stream, sequence=sequence, time=now, traceparent=traceparent)
        events.append(made)
    kept = [(event.subject, event.sequence, event.type, event.value.decode(), now) for event in events]
    return [inserting("pool_events", _KEPT, kept), *outbox.appending(Topic.POOL, events, shards=shards)]


async def heads(connection: Driver, first: UUID, last: UUID) -> dict[UUID, int]:
    """The last sequence of every stream between two ids, both included."""
    return dict(
        await connection.fetch(
            "SELECT candidate_id, max(sequence) FROM pool_events WHERE candidate_id BETWEEN $1 AND $2 GROUP BY candidate_id",
            first,
            last,
        )
    )


async def events_after(connection: Driver, stream: UUID, after: int, limit: int) -> list[Event]:
    """A stream's events that follow a sequence, in order, as they were published."""
    query = f"{_READ} WHERE candidate_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
    return [_event(*row) for row in await connection.fetch(query, stream, after, limit)]


async def events_from(connection: Driver, stream: UUID, sequence: int, limit: int) -> list[Event]:
    """All events that follow one, each stream in order, as they were published."""
    query = f"{_READ} WHERE (candidate_id, sequence) > ($1, $2) ORDER BY candidate_id, sequence LIMIT $3"
    return [_event(*row) for row in await connection.fetch(query, stream, sequence, limit)]


def scrubbing(streams: Collection[UUID]) -> Write:
    """Leave stubs in the place of all events of these streams."""
    return Write(_SCRUB, (list(streams), PoolEventErased.type))


def _event(stream: UUID, sequence: int, type: str, data: dict[str, object], at: datetime) -> Event:
    return Event(event_id(stream, sequence), type, SOURCE, stream, sequence, at, orjson.dumps(data))
