"""The log: every accepted event, with its private fields, in the order of its stream."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.incoming import Incoming
from services.engagement.domain.logged import Logged, StoredFact
from shared.db.asyncpg_connection import driver

_COLUMNS = "candidate_id, sequence, event_id, source, external_id, type, time, received_at, position_id, data, traceparent"
_FACT = "candidate_id, position_id, event_id, type, time, data"
# LATERAL, so that each stream is looked up in its own partition alone.
_OF_PURSUITS = f"""
    SELECT {_FACT} FROM unnest($1::uuid[], $2::uuid[]) AS wanted (stream, position)
    CROSS JOIN LATERAL (
        SELECT {_FACT} FROM log WHERE candidate_id = wanted.stream AND log.position_id = wanted.position OFFSET 0) AS found
    WHERE data IS NOT NULL
    UNION ALL
    SELECT {_FACT} FROM unnest($3::uuid[]) AS wanted (stream)
    CROSS JOIN LATERAL (
        SELECT {_FACT} FROM log
        WHERE candidate_id = wanted.stream AND type = 'rekindle.event.retracted' AND log.position_id IS NULL
        OFFSET 0) AS found
    WHERE data IS NOT NULL
    """  # noqa: S608 - the columns are a constant
_POSITIONS_OF_EVENTS = text(
    """
    SELECT DISTINCT position_id FROM log
    WHERE candidate_id = ANY(CAST(:streams AS uuid[])) AND event_id = ANY(CAST(:events AS uuid[])) AND position_id IS NOT NULL
    """
)
_PURSUITS_OF_STREAMS = text(
    """
    SELECT DISTINCT candidate_id, position_id FROM log
    WHERE candidate_id = ANY(CAST(:streams AS uuid[])) AND position_id IS NOT NULL
    """
)
_OF_STREAMS = text(
    f"SELECT {_COLUMNS} FROM log WHERE candidate_id = ANY(CAST(:streams AS uuid[]))"  # noqa: S608 - a constant
)
_AFTER = text(
    f"""
    SELECT {_COLUMNS} FROM log WHERE candidate_id = :stream AND sequence > :sequence ORDER BY sequence LIMIT :limit
    """  # noqa: S608 - the columns are a constant
)
_SCRUB = text(
    """
    WITH scrubbed AS (
        UPDATE log SET external_id = NULL, data = NULL, position_id = NULL, traceparent = NULL
        WHERE candidate_id = ANY(CAST(:streams AS uuid[])) AND data IS NOT NULL
        RETURNING event_id)
    UPDATE event_keys SET answer = NULL FROM scrubbed WHERE event_keys.event_id = scrubbed.event_id
    """
)


async def append(session: AsyncSession, events: Sequence[tuple[Incoming, int]], *, received_at: datetime) -> None:
    """Write events with their sequences."""
    records = [
        (
            event.candidate_id,
            sequence,
            event.event_id,
            event.source,
            event.external_id,
            event.type,
            event.time,
            received_at,
            event.position_id,
            orjson.dumps(event.data).decode(),
            event.traceparent,
        )
        for event, sequence in events
    ]
    await (await driver(session)).copy_records_to_table("log", records=records, columns=_COLUMNS.split(", "))


async def of_pursuits(
    session: AsyncSession, pairs: Iterable[tuple[UUID, UUID]], people_streams: Collection[UUID]
) -> list[StoredFact]:
    """The facts of (stream, position) pairs, and the streams' retractions that name no position. No stubs."""
    ordered = list(pairs)
    rows = await (await driver(session)).fetch(
        _OF_PURSUITS, [stream for stream, _ in ordered], [position for _, position in ordered], list(people_streams)
    )
    return [StoredFact(*row) for row in rows]


async def of_streams(session: AsyncSession, streams: Collection[UUID]) -> list[Logged]:
    """Every event of the streams, in no order; stubs too."""
    return [Logged(*row) for row in await session.execute(_OF_STREAMS, {"streams": sorted(streams)})]


async def after(session: AsyncSession, stream: UUID, sequence: int, limit: int) -> list[Logged]:
    """The events of one stream that follow ``sequence``, in order; stubs too."""
    found = await session.execute(_AFTER, {"stream": stream, "sequence": sequence, "limit": limit})
    return [Logged(*row) for row in found]


async def positions_of_events(session: AsyncSession, streams: Collection[UUID], events: Collection[UUID]) -> set[UUID]:
    """The positions of those events that are on the streams."""
    found = await session.scalars(_POSITIONS_OF_EVENTS, {"streams": sorted(streams), "events": sorted(events)})
    return set(found)


async def pursuits_of_streams(session: AsyncSession, streams: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(stream, position) of every position that the streams have facts of."""
    found = await session.execute(_PURSUITS_OF_STREAMS, {"streams": sorted(streams)})
    return [(row.candidate_id, row.position_id) for row in found]


async def scrub(session: AsyncSession, streams: Collection[UUID]) -> None:
    """Leave stubs of the streams' events: type, time, sequence and bus id, so that sequences stay whole."""
    await session.execute(_SCRUB, {"streams": sorted(streams)})
