"""The last event of every record, as it was published: what reconciliation and republishing repeat.

Rows are locked against change until the caller's transaction ends, so that a repeat never comes behind a newer version:
compaction would keep the older one.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.snapshots import SOURCE, snapshot_id
from services.candidates.storage.tables import candidates, positions
from shared.events import CandidateChanged, CandidateErased, Event, PositionChanged, Topic

TABLES: dict[Topic, Table] = {Topic.CANDIDATES: candidates, Topic.POSITIONS: positions}


def _published(topic: Topic) -> Select[tuple[UUID, int]]:
    table = TABLES[topic]
    return select(table.c.id, table.c.version).where(table.c.version > 0).order_by(table.c.id)


async def versions(session: AsyncSession, topic: Topic, *, first: UUID, last: UUID) -> dict[UUID, int]:
    """The version of every record with an event, between two ids, both included."""
    table = TABLES[topic]
    rows = await session.execute(_published(topic).where(table.c.id.between(first, last)))
    return {row.id: row.version for row in rows}


async def events(session: AsyncSession, topic: Topic, streams: Sequence[UUID]) -> list[Event]:
    """The last event of each of these records, in id order."""
    return await _events(session, topic, TABLES[topic].c.id.in_(streams), len(streams))


async def events_from(session: AsyncSession, topic: Topic, after: UUID | None, limit: int) -> list[Event]:
    """The last events of the records that follow an id, in id order."""
    table = TABLES[topic]
    return await _events(session, topic, table.c.id > after if after is not None else table.c.version > 0, limit)


async def _events(session: AsyncSession, topic: Topic, condition: object, limit: int) -> list[Event]:
    table = TABLES[topic]
    erased = (table.c.erased_at.is_not(None) if topic is Topic.CANDIDATES else table.c.id.is_(None)).label("erased")
    query = (
        select(table.c.id, table.c.version, table.c.snapshot, table.c.changed_at, erased)
        .where(table.c.version > 0, condition)  # type: ignore[arg-type]  # any condition on the table
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(read=True)
    )
    changed = CandidateChanged.type if topic is Topic.CANDIDATES else PositionChanged.type
    return [
        Event(
            snapshot_id(row.id, row.version),
            CandidateErased.type if row.erased else changed,
            SOURCE,
            row.id,
            row.version,
            row.changed_at,
            bytes(row.snapshot),
        )
        for row in await session.execute(query)
    ]
