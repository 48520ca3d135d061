"""What every dealing with a leased item has in common: it needs the lease, is put on record, and moves the item."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem, item_id
from services.engagement.domain.queue_errors import ItemUnknown, LeaseLost
from services.engagement.domain.queue_log import Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, relationships
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.refresh_queue import refresh_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions


async def finish(
    sessions: Sessions,
    id: UUID,
    lease: UUID,
    line_of: Callable[[QueueItem, Lease], Line],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> QueueItem | None:
    """Put what was done with a leased item on record and return the item as it is then; None where nothing of it is left.

    Raises ItemUnknown, and LeaseLost when the lease is not the item's or over. An item that has left the queue by itself
    while it was leased can still be finished.
    """

    async def work(session: AsyncSession) -> QueueItem | None:
        item, held = await _lock_leased(session, id, lease, now)
        await queue_log.write(session, [line_of(item, held)], shards=settings.partitions)
        await refresh_people(session, [item.person_id], now=now, settings=settings)
        return await queue.one(session, item.id)

    return await transact(sessions, work)


async def _lock_leased(session: AsyncSession, id: UUID, lease: UUID, now: datetime) -> tuple[QueueItem, Lease]:
    """The item that an id stands for, with everything that may change it locked: relationships first, then the queue."""
    named = await queue.one(session, id)
    if named is None:
        raise ItemUnknown(f"There is no queue item {id}.")
    streams = await relationships.lock(session, [named.person_id])
    person = streams[named.person_id].person_id
    await queue.lock_people(session, {person, named.person_id})
    item = await queue.one(session, item_id(person))
    if item is None or item.lease is None or item.lease.id != lease:
        raise LeaseLost(f"The item {id} is not held by this lease; claim it again.")
    if not item.lease.holds(now):
        raise LeaseLost(f"The lease on the item {id} expired at {item.lease.expires_at:%Y-%m-%dT%H:%M:%SZ}; claim it again.")
    return item, item.lease
