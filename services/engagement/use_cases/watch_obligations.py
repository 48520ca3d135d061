"""Putting on record that time alone has brought an obligation to its warning, or made it overdue: once each."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.obligation_news import news_of
from services.engagement.settings import EngagementSettings
from services.engagement.storage import obligations, streams
from services.engagement.storage.announcements import Announcement, announce
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions

CHUNK = 500
"""Persons in one transaction: each takes a lock of its own."""


async def watch_obligations(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Move all that is due at ``now``, a transaction for each chunk, and let subscribers know; returns how many.

    A person whom somebody else works on at that moment is passed over: their obligations are moved by who derives them, or at the
    clock's next look. Nobody is derived here: to whom something is overdue is marked to be derived after it. Nobody waits for it
    but who writes about the same people, for one chunk.
    """

    async def work(session: AsyncSession) -> int:
        await streams.share_map(session)
        moved = await obligations.move_due(session, now=now, limit=CHUNK)
        news = [each for one in moved for each in news_of(one, is_new=False, now=now)]
        announced = [Announcement(data.candidate_id, data, time) for data, time in news]
        await announce(session, announced, at=now, shards=settings.partitions)
        # What is overdue is a reason of the person's queue item.
        await streams.mark_stale(session, {one.person_id for one in moved if one.is_overdue(now)})
        return len(moved)

    count = 0
    while moved := await transact(sessions, work):
        count += moved
    return count
