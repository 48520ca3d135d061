"""A recruiter takes due items, for as long as a lease lasts."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import QueueItem, item_id
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.storage import positions, queue, queue_log
from services.engagement.storage.queue import Wanted
from services.engagement.storage.queue_log import Line
from services.engagement.storage.streams import SHARE_MAP
from services.engagement.use_cases.list_queue import Listed, positions_of, with_names
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import QueueItemClaimed

FURTHER_LOOKS = 3
PAUSE = 0.03
"""Seconds between two looks."""


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
    commit was not acknowledged or whose answer was lost, is returned as long as the leases are held. Where fewer than ``limit``
    were found because somebody's item was locked for a moment, it is looked for again.
    """

    async def work(session: AsyncSession) -> tuple[list[Listed], bool]:
        until = now + lease_for
        taken = await queue.claim(session, wanted, recruiter=recruiter, until=until, now=now, limit=limit, request=request)
        before = await queue_log.claimed_by(session, request) if len(taken.items) < limit else {}
        # A claim changes nothing that is derived but the lease, so nobody has to be derived for it.
        lines = [_line(one.item, now, request) for one in taken.items]
        sequences = {one.item.person_id: one.sequence for one in taken.items}
        await queue_log.write(session, lines, shards=settings.partitions, sequences=sequences)
        known = await positions.read(session, positions_of(one.item for one in taken.items))
        listed = [Listed(one.item, one.references, known) for one in taken.items]
        if before:
            listed += await with_names(session, await _held(session, before))
        listed.sort(key=lambda one: -one.item.priority)
        return listed, taken.passed_over and len(taken.items) + len(before) < limit

    claimed, is_worth_another_look = await transact(sessions, work, opening=SHARE_MAP)
    for _ in range(FURTHER_LOOKS):
        if not is_worth_another_look:
            break
        # Somebody who is just derived, or claimed by another recruiter: it is over in a moment.
        await asyncio.sleep(PAUSE)
        claimed, is_worth_another_look = await transact(sessions, work, opening=SHARE_MAP)
    return claimed


async def _held(session: AsyncSession, leases: Mapping[UUID, UUID]) -> list[QueueItem]:
    """The items of persons that are still held by the leases they were claimed by."""
    found = await queue.of_ids(session, [item_id(person) for person in leases])
    return [item for item in found.values() if item.lease is not None and item.lease.id in leases.values()]


def _line(item: QueueItem, now: datetime, request: UUID) -> Line:
    lease = item.lease
    assert lease is not None
    event = QueueItemClaimed(
        item_id=item.id,
        candidate_id=item.person_id,
        plans=item.plans_at(now),
        owed=item.owed_at(now),
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
