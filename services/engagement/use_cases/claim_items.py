"""A recruiter takes due items, for as long as a lease lasts."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem, item_id
from services.engagement.domain.queue_log import Action, Done, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, streams
from services.engagement.storage.queue import Wanted
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.list_queue import Listed, with_names
from services.engagement.use_cases.transactions import transact_once
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
    request: UUID,
) -> list[Listed]:
    """Lease the strongest due items that nobody holds to a recruiter, each with a lease of its own.

    Two recruiters never get the same item: who comes second passes over what the first is taking. A lease is over by time
    alone; nothing has to happen for the item to be due again. What was leased for the same ``request`` before, by a run whose
    commit was not acknowledged or whose answer was lost, is returned as long as the leases are held.
    """

    async def work(session: AsyncSession) -> list[Listed]:
        await streams.share_map(session)
        due = await queue.take(session, wanted, now=now, limit=limit)
        lines = [_line(item, Lease(uuid4(), recruiter, now + lease_for, item.newest_close), now, request) for item in due]
        await queue_log.write(session, lines, shards=settings.partitions)
        derived = await derive_people(session, [item.person_id for item in due], now=now, settings=settings)
        claimed = [item for item in (derived[one.person_id].item for one in due) if item is not None]
        return await with_names(session, claimed)

    async def find(session: AsyncSession) -> list[Listed] | None:
        leases = await queue_log.claimed_by(session, request)
        items = [await queue.one(session, item_id(person)) for person in leases]
        held = [item for item in items if item is not None and item.lease is not None and item.lease.id in leases.values()]
        claimed = sorted(held, key=lambda item: -item.priority)
        return await with_names(session, claimed) or None

    return await transact_once(sessions, work, find)


def _line(item: QueueItem, lease: Lease, now: datetime, request: UUID) -> Line:
    event = QueueItemClaimed(
        item_id=item.id,
        candidate_id=item.person_id,
        plans=item.plans_at(now),
        recruiter=lease.recruiter,
        lease_expires_at=lease.expires_at,
    )
    return Line(
        done=Done(Action.CLAIMED),
        event=event,
        at=now,
        recruiter=lease.recruiter,
        lease=lease.id,
        lease_expires_at=lease.expires_at,
        newest_close=lease.newest_close,
        request=request,
    )
