"""What every action on a leased item has in common: it needs the lease, is put on record, and moves the item."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem, item_id
from services.engagement.domain.queue_errors import ItemUnknown, LeaseLost
from services.engagement.domain.queue_log import Action, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, streams
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions


async def finish(
    sessions: Sessions,
    id: UUID,
    lease: UUID,
    line_of: Callable[[QueueItem, Lease], Line],
    *,
    action: Action,
    now: datetime,
    settings: EngagementSettings,
) -> QueueItem | None:
    """Put what was done with a leased item on record and return the item as it is then; None where nothing of it is left.

    The same action with the same lease again is answered alike. Raises ItemUnknown, and LeaseLost when the lease is not the
    item's or over. An item that has left the queue by itself while it was leased can still be finished.
    """

    async def work(session: AsyncSession) -> QueueItem | None:
        await streams.share_map(session)
        item, held = await _lock_leased(session, id, lease, action, now)
        if held is not None:
            line = replace(line_of(item, held), lease=held.id)
            await queue_log.write(session, [line], shards=settings.partitions)
            await derive_people(session, [item.person_id], now=now, settings=settings)
        return await queue.one(session, item.id)

    return await transact(sessions, work)


async def _lock_leased(
    session: AsyncSession, id: UUID, lease: UUID, action: Action, now: datetime
) -> tuple[QueueItem, Lease | None]:
    """The item that an id stands for, its person locked, with the lease; no lease where the action was done with it before."""
    named = await queue.one(session, id)
    if named is None:
        raise ItemUnknown(f"There is no queue item {id}.")
    of_person = await streams.of_person(session, named.person_id)
    person = of_person[0].person_id if of_person else named.person_id
    await streams.lock_people(session, {person, named.person_id})
    item = await queue.one(session, item_id(person))
    held = None if item is None else item.lease
    if held is None or held.id != lease:
        if item is not None and await queue_log.finished_with(session, lease) is action:
            return item, None
        raise LeaseLost(f"The item {id} is not held by this lease; claim it again.")
    if not held.holds(now):
        raise LeaseLost(f"The lease on the item {id} expired at {held.expires_at:%Y-%m-%dT%H:%M:%SZ}; claim it again.")
    assert item is not None
    return item, held
