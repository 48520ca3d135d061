"""Facts as they came on the engagement topic: inserted in bulk, listed by stream. A fold reads them in ``storage.pursuits``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto

from services.analytics.storage.unnest import columns, unnest
from shared.attempts import RETRACTION, FoldFact, fact_of
from shared.db.asyncpg_connection import Driver, Write
from shared.events import Event

_COLUMNS = ("stream", "sequence", "event_id", "position_id", "type", "time", "data", "received_at")
_INSERT = f"""
    INSERT INTO facts ({", ".join(_COLUMNS)})
    SELECT stream, sequence, event_id, position_id, type, time, CAST(data AS json), received_at
    FROM {unnest("uuid", "bigint", "uuid", "uuid", "text", "timestamptz", "text", "timestamptz")} AS fresh ({", ".join(_COLUMNS)})
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants


class Stored(NamedTuple):
    """A fact with its stream, where it has one its position, and when it was received, or else happened."""

    stream: UUID
    position: UUID | None
    fact: FoldFact
    received_at: datetime


def read(event: Event) -> Stored:
    """The fact that an event of the engagement topic carries. A retraction by id has no position: it may name any fact."""
    assert event.subject is not None
    raw = event.raw
    named = None if event.type == RETRACTION and raw.get("event") is not None else raw.get("position")
    position = None if named is None else pgproto.UUID(named)
    return Stored(event.subject, position, fact_of(event.id, event.type, event.time, raw), event.received_at or event.time)


def stored(rows: Iterable[Sequence[object]]) -> list[Stored]:
    """The facts of rows of stream, position, event id, type, time, data as JSON text, and time of receipt."""
    loads = orjson.loads
    found = []
    for stream, position, event, type_name, time, data, received in rows:
        raw = loads(data)  # type: ignore[arg-type]  # the query's columns, as below
        if position is not None:
            raw["position"] = position
        found.append(Stored(stream, position, fact_of(event, type_name, time, raw), received or time))  # type: ignore[arg-type]
    return found


def rows(events: Sequence[Event], positions: Sequence[UUID | None]) -> list[tuple[object, ...]]:
    """Events as rows of the table; ``positions`` are theirs, in parallel. The data is stored without them."""
    return [
        (event.subject, event.sequence, event.id, position, event.type, event.time, _data(event, position), event.received_at)
        for event, position in zip(events, positions, strict=True)
    ]


def _data(event: Event, position: UUID | None) -> str:
    if position is None:
        return event.value.decode()
    return orjson.dumps({name: value for name, value in event.raw.items() if name != "position"}).decode()


def insert(fresh: Sequence[tuple[object, ...]]) -> Write:
    """Stores rows, once each."""
    return Write(_INSERT, columns(fresh, len(_COLUMNS)))


async def copy(connection: Driver, fresh: Sequence[tuple[object, ...]]) -> None:
    """Store rows, the fastest way for many. Raises where one of them is stored already."""
    await connection.copy_records_to_table("facts", records=fresh, columns=_COLUMNS)


async def streams_after(connection: Driver, after: UUID | None, limit: int) -> list[UUID]:
    """The next streams in order, a page at a time."""
    found = await connection.fetch(
        """
        WITH RECURSIVE page AS (
            (SELECT stream, 1 AS nth FROM facts WHERE $1::uuid IS NULL OR stream > $1 ORDER BY stream LIMIT 1)
            UNION ALL
            SELECT (SELECT stream FROM facts WHERE facts.stream > page.stream ORDER BY stream LIMIT 1), nth + 1
            FROM page WHERE page.stream IS NOT NULL AND nth < $2
        )
        SELECT stream FROM page WHERE stream IS NOT NULL
        """,
        after,
        limit,
    )
    return [stream for (stream,) in found]
