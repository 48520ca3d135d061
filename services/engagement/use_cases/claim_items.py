"""A recruiter takes due items, for as long as a lease lasts."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log
from services.engagement.storage.queue import Wanted
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.list_queue import Listed, with_references
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import QueueItemClaimed


async def claim_items(
    sessions: Sessions,
    wanted: Wanted,
    *,
    recruiter: str,
    limit: int,
    lease_for: timedelta,
    now: datetime,
    settings: EngagementSettings,
) -> list[Listed]:
    """Lease the strongest due items that nobody holds to a recruiter, each with a lease of its own.

    Two recruiters never get the same item: who comes second passes over what the first is taking. A lease is over by time
    alone; nothing has to happen for the item to be due again.
    """

    async def work(session: AsyncSession) -> list[Listed]:
        due = await queue.take(session, wanted, now=now, limit=limit)
        claimed = [replace(item, lease=Lease(uuid4(), recruiter, now + lease_for, item.newest_close)) for item in due]
        await queue.save(session, claimed)
        await queue_log.write(session, [_line(item, now) for item in claimed], shards=settings.partitions)
        return await with_references(session, claimed)

    return await transact(sessions, work)


def _line(item: QueueItem, now: datetime) -> Line:
    lease = item.lease
    assert lease is not None
    event = QueueItemClaimed(
        item_id=item.id, candidate_id=item.person_id, recruiter=lease.recruiter, lease_expires_at=lease.expires_at
    )
    return Line(
        action=Action.CLAIMED,
        event=event,
        at=now,
        recruiter=lease.recruiter,
        lease=lease.id,
        lease_expires_at=lease.expires_at,
        newest_close=lease.newest_close,
    )
