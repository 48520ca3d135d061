"""Facts as they came on the engagement topic: inserted in bulk, read for a fold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.attempts import FoldFact, fact_of
from shared.events import Event, EventRetracted

RETRACTION = EventRetracted.type


class Stored(NamedTuple):
    """A fact with its stream and, where it has one, its position."""

    stream: UUID
    position: UUID | None
    fact: FoldFact


def read(event: Event) -> Stored:
    """The fact that an event of the engagement topic carries. A retraction by id has no position: it may name any fact."""
    assert event.subject is not None
    data = event.data
    position = None if isinstance(data, EventRetracted) and data.event is not None else getattr(data, "position", None)
    return Stored(event.subject, position, fact_of(event.id, event.type, event.time, event.raw))


async def insert(session: AsyncSession, events: Sequence[Event], positions: Sequence[UUID | None]) -> None:
    """Store events, once each."""
    await session.execute(
        text(
            """
            INSERT INTO facts (stream, sequence, event_id, position_id, type, time, data)
            SELECT stream, sequence, event_id, position_id, type, time, CAST(data AS jsonb)
            FROM unnest(CAST(:streams AS uuid[]), CAST(:sequences AS bigint[]), CAST(:ids AS uuid[]), CAST(:positions AS uuid[]),
                CAST(:types AS text[]), CAST(:times AS timestamptz[]), CAST(:data AS text[]))
                AS fresh (stream, sequence, event_id, position_id, type, time, data)
            ON CONFLICT DO NOTHING
            """
        ),
        {
            "streams": [event.subject for event in events],
            "sequences": [event.sequence for event in events],
            "ids": [event.id for event in events],
            "positions": positions,
            "types": [event.type for event in events],
            "times": [event.time for event in events],
            "data": [event.value.decode() for event in events],
        },
    )


# LATERAL, so that each stream is looked up by the key, also while PostgreSQL has not counted yet how many facts a stream has.
_LOOK_UP = """
    SELECT found.* FROM unnest(CAST(:streams AS uuid[])) AS wanted (stream) CROSS JOIN LATERAL (
        SELECT stream, position_id, event_id, type, time, CAST(data AS text) FROM facts
        WHERE facts.stream = wanted.stream AND {which} OFFSET 0
    ) AS found
"""
_RETRACTION = f"type = '{RETRACTION}'"
_OF_PURSUITS = text(_LOOK_UP.format(which=f"(position_id IS NOT NULL OR {_RETRACTION})"))
_OF_PURSUITS_UNTIL = text(_LOOK_UP.format(which=f"(position_id IS NOT NULL OR {_RETRACTION}) AND time <= :until"))
_AT_POSITIONS = text(_LOOK_UP.format(which=f"(position_id = ANY(:positions) OR (position_id IS NULL AND {_RETRACTION}))"))


async def of_streams(session: AsyncSession, streams: Iterable[UUID], *, until: datetime | None = None) -> list[Stored]:
    """All facts of pursuits, and all retractions, of these streams; with ``until``, only those not after it."""
    if until is None:
        return _stored(await session.execute(_OF_PURSUITS, {"streams": list(streams)}))
    return _stored(await session.execute(_OF_PURSUITS_UNTIL, {"streams": list(streams), "until": until}))


async def at_positions(session: AsyncSession, streams: Iterable[UUID], positions: Iterable[UUID]) -> list[Stored]:
    """The facts of these streams at these positions, and the retractions that name no position."""
    return _stored(await session.execute(_AT_POSITIONS, {"streams": list(streams), "positions": list(positions)}))


def _stored(rows: Iterable[Sequence[object]]) -> list[Stored]:
    loads = orjson.loads
    return [
        Stored(stream, position, fact_of(event, type_name, time, loads(data)))  # type: ignore[arg-type]  # the query's columns
        for stream, position, event, type_name, time, data in rows
    ]


async def streams_at(session: AsyncSession, position: UUID | None, until: datetime) -> list[UUID]:
    """The streams that hold a fact at the position, or at any, not after a time."""
    at = "position_id = :position" if position is not None else "position_id IS NOT NULL"
    found = await session.scalars(
        text(f"SELECT DISTINCT stream FROM facts WHERE {at} AND time <= :until ORDER BY stream"),  # noqa: S608 - two constants
        {"until": until} | ({} if position is None else {"position": position}),
    )
    return list(found)


async def streams_after(session: AsyncSession, after: UUID | None, limit: int) -> list[UUID]:
    """The next streams in order, a page at a time."""
    found = await session.scalars(
        text(
            """
            WITH RECURSIVE page AS (
                (SELECT stream, 1 AS nth FROM facts WHERE CAST(:after AS uuid) IS NULL OR stream > :after ORDER BY stream LIMIT 1)
                UNION ALL
                SELECT (SELECT stream FROM facts WHERE facts.stream > page.stream ORDER BY stream LIMIT 1), nth + 1
                FROM page WHERE page.stream IS NOT NULL AND nth < :limit
            )
            SELECT stream FROM page WHERE stream IS NOT NULL
            """
        ),
        {"after": after, "limit": limit},
    )
    return list(found)
