"""A recruiter keeps a leased item for longer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue_errors import LeaseUsed
from services.engagement.domain.queue_log import Action, Done, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue_log, streams
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.leases import held_item, leased, lock_person
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import QueueItemRenewed


async def renew_lease(
    sessions: Sessions,
    id: UUID,
    *,
    lease: UUID,
    lease_for: timedelta,
    now: datetime,
    settings: EngagementSettings,
) -> Lease:
    """Let a lease that is held last for ``lease_for`` from now; it never ends earlier than it did.

    A second run of the same finds that the lease lasts long enough, and puts nothing on record. Raises ItemUnknown, LeaseUsed
    once the item was finished with the lease, and LeaseLost when it is over or another's.
    """
    until = now + lease_for

    async def work(session: AsyncSession) -> Lease:
        await streams.share_map(session)
        person = await lock_person(session, await leased(session, id, lease, now))
        if (finished := (await leased(session, id, lease, now)).finished) is not None:
            raise LeaseUsed(f"The item was {finished.done.action} with this lease at {finished.at:%Y-%m-%dT%H:%M:%SZ}.")
        item, held = await held_item(session, id, person, lease, now)
        if held.expires_at >= until:
            return held
        event = QueueItemRenewed(
            item_id=item.id,
            candidate_id=item.person_id,
            plans=item.plans_at(now),
            owed=item.owed_at(now),
            recruiter=held.recruiter,
            lease_expires_at=until,
        )
        line = Line(
            done=Done(Action.RENEWED),
            event=event,
            at=now,
            recruiter=held.recruiter,
            lease=lease,
            lease_expires_at=until,
            newest_close=held.newest_close,
        )
        await queue_log.write(session, [line], shards=settings.partitions)
        await derive_people(session, [person], now=now, settings=settings)
        return Lease(held.id, held.recruiter, until, held.newest_close)

    return await transact(sessions, work)
