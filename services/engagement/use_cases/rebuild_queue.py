"""Making the whole queue anew from the logs, while it is in use."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage import people, queue
from services.engagement.use_cases.refresh_queue import refresh_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions

CHUNK = 500


async def rebuild_queue(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Drop and compute every item, chunk by chunk; returns how many streams were read. The result equals the live queue."""
    after, read = UUID(int=0), 0
    while True:
        async with sessions.begin() as session:
            chunk = await people.streams_after(session, after, CHUNK)
        if not chunk:
            return read
        await _remake(sessions, chunk, now, settings)
        after, read = chunk[-1], read + len(chunk)


async def _remake(sessions: Sessions, chunk: Collection[UUID], now: datetime, settings: EngagementSettings) -> None:
    async def work(session: AsyncSession) -> None:
        await queue.lock_people(session, chunk)
        await queue.delete(session, chunk)
        await refresh_people(session, chunk, now=now, settings=settings)

    await transact(sessions, work)
