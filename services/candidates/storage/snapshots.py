"""The last event of every record, as it was published: what reconciliation and republishing repeat.

Rows are locked against change until the caller's transaction ends, so that a repeat never comes behind a newer version:
compaction would keep the older one.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.candidates.domain.snapshots import SOURCE, snapshot_id
from shared.db.asyncpg_connection import Driver
from shared.events import CandidateChanged, CandidateErased, Event, PositionChanged, Topic

_TABLES = {Topic.CANDIDATES: ("candidates", "erased_at IS NOT NULL"), Topic.POSITIONS: ("positions", "false")}
"""The table of a topic's records, and which of them are erased."""


async def versions(connection: Driver, topic: Topic, *, first: UUID, last: UUID) -> dict[UUID, int]:
    """The version of every record with an event, between two ids, both included."""
    table, _ = _TABLES[topic]
    rows = await connection.fetch(
        f"SELECT id, version FROM {table} WHERE version > 0 AND id BETWEEN $1 AND $2",  # noqa: S608 - a constant
        first,
        last,
    )
    return dict(rows)


async def events(connection: Driver, topic: Topic, streams: Sequence[UUID]) -> list[Event]:
    """The last event of each of these records, in id order."""
    return await _events(connection, topic, "id = ANY($2::uuid[])", len(streams), list(streams))


async def events_from(connection: Driver, topic: Topic, after: UUID | None, limit: int) -> list[Event]:
    """The last events of the records that follow an id, in id order."""
    return await _events(connection, topic, "id > $2", limit, after or UUID(int=0))


async def _events(connection: Driver, topic: Topic, condition: str, limit: int, value: Any) -> list[Event]:
    table, erased = _TABLES[topic]
    changed = CandidateChanged.type if topic is Topic.CANDIDATES else PositionChanged.type
    rows = await connection.fetch(
        f"SELECT id, version, snapshot, changed_at, {erased} FROM {table}"  # noqa: S608 - constants
        f" WHERE version > 0 AND {condition} ORDER BY id LIMIT $1 FOR SHARE",
        limit,
        value,
    )
    return [
        Event(
            snapshot_id(stream, version),
            CandidateErased.type if is_erased else changed,
            SOURCE,
            stream,
            version,
            changed_at,
            bytes(snapshot),
        )
        for stream, version, snapshot, changed_at, is_erased in rows
    ]
