"""What the learner keeps of events."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.learning import RETRACTED, Evidence
from services.candidates.storage.tables import candidate_evidence

_INSERT = text(
    """
    INSERT INTO candidate_evidence (candidate_id, event_id, type, time, position_id, detail, retracts)
    SELECT * FROM unnest(
        CAST(:candidates AS uuid[]), CAST(:events AS uuid[]), CAST(:types AS text[]), CAST(:times AS timestamptz[]),
        CAST(:positions AS uuid[]), CAST(:details AS text[]), CAST(:retracts AS uuid[]))
    ON CONFLICT DO NOTHING
    """
)


async def add(session: AsyncSession, found: Iterable[tuple[UUID, Evidence]]) -> None:
    """Keep the evidence of streams."""
    rows = sorted(found, key=lambda row: (row[0], row[1].event))
    if not rows:
        return
    await session.execute(
        _INSERT,
        {
            "candidates": [stream for stream, _ in rows],
            "events": [one.event for _, one in rows],
            "types": [one.type for _, one in rows],
            "times": [one.time for _, one in rows],
            "positions": [one.position for _, one in rows],
            "details": [one.detail for _, one in rows],
            "retracts": [one.retracts for _, one in rows],
        },
    )


async def of_streams(session: AsyncSession, streams: Collection[UUID]) -> dict[UUID, list[Evidence]]:
    """All evidence of these streams."""
    table = candidate_evidence.c
    kept: dict[UUID, list[Evidence]] = {stream: [] for stream in streams}
    for row in await session.execute(select(candidate_evidence).where(table.candidate_id.in_(sorted(streams)))):
        kept[row.candidate_id].append(Evidence(row.event_id, row.type, row.time, row.position_id, row.detail, row.retracts))
    return kept


async def with_retractions(session: AsyncSession, streams: Collection[UUID]) -> set[UUID]:
    """Those of the streams in which something was retracted."""
    table = candidate_evidence.c
    query = select(table.candidate_id).where(table.candidate_id.in_(sorted(streams)), table.type == RETRACTED)
    return set(await session.scalars(query))


async def forget(session: AsyncSession, streams: Collection[UUID]) -> None:
    """Delete the evidence of these streams."""
    await session.execute(delete(candidate_evidence).where(candidate_evidence.c.candidate_id.in_(sorted(streams))))
