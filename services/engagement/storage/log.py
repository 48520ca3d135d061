"""The log: every accepted event, with its private fields, in the order of its stream."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.logged import Logged

_COLUMNS = "candidate_id, sequence, event_id, source, external_id, type, time, received_at, position_id, data, traceparent"
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
    UPDATE log SET external_id = NULL, data = NULL, position_id = NULL, traceparent = NULL
    WHERE candidate_id = ANY(CAST(:streams AS uuid[])) AND data IS NOT NULL RETURNING candidate_id
    """
)


async def of_streams(session: AsyncSession, streams: Collection[UUID]) -> list[Logged]:
    """Every event of the streams, in no order; stubs too."""
    return [Logged(*row) for row in await session.execute(_OF_STREAMS, {"streams": sorted(streams)})]


async def after(session: AsyncSession, stream: UUID, sequence: int, limit: int) -> list[Logged]:
    """The events of one stream that follow ``sequence``, in order; stubs too."""
    found = await session.execute(_AFTER, {"stream": stream, "sequence": sequence, "limit": limit})
    return [Logged(*row) for row in found]


async def scrub(session: AsyncSession, streams: Collection[UUID]) -> Sequence[UUID]:
    """Leave stubs of the streams' events: type, time, sequence and bus id, so that sequences stay whole.

    Returns the stream of each event that had content.
    """
    return (await session.scalars(_SCRUB, {"streams": sorted(streams)})).all()
