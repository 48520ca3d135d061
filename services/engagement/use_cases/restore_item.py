"""A recruiter takes back what they have just done with a queue item."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.queue import Moved, item_id
from services.engagement.domain.queue_errors import LeaseLost, NothingToUndo
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.storage import queue, queue_log, streams
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.leases import leased, lock_person, put_on_record
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions
from shared.events import QueueItemRestored


async def restore_item(sessions: Sessions, id: UUID, *, lease: UUID, now: datetime, settings: EngagementSettings) -> Moved:
    """Take back the completion, snooze or dismissal with a lease, which holds the item again until it expires.

    Everything is as if it had not been done; facts that were posted meanwhile stay. The same again is answered alike. Raises
    ItemUnknown; LeaseLost once the lease would be over; NothingToUndo where nothing was done with it, where more was done with
    the item since, and where the person was linked to another since.
    """

    async def work(session: AsyncSession) -> Moved:
        await streams.share_map(session)
        person = await lock_person(session, await leased(session, id, lease, now))
        held = await leased(session, id, lease, now)
        if held.restored is not None:
            return held.restored
        if (finished := held.finished) is None:
            raise NothingToUndo(f"Nothing was done with this lease on the item {id}.")
        if held.expires_at <= now:
            raise LeaseLost(f"The lease on the item {id} expired at {held.expires_at:%Y-%m-%dT%H:%M:%SZ}; what was done stays.")
        item = await queue.one(session, item_id(person))
        if item is None or finished.stream != person or not await queue_log.is_last(session, finished, person):
            raise NothingToUndo(f"More was done with the item {id} since; what was done with this lease stays.")
        event = QueueItemRestored(
            item_id=item.id,
            candidate_id=person,
            plans=finished.plans,
            owed=finished.owed,
            recruiter=held.recruiter,
            lease_expires_at=held.expires_at,
            event_id=finished.event_id,
        )
        line = Line(done=Done(Action.RESTORED), event=event, at=now, recruiter=held.recruiter, lease=lease)
        moved = await put_on_record(session, line, person, lease, now=now, settings=settings)
        again = await queue.one(session, item_id(person))
        if moved.status is not None and (again is None or again.lease is None or again.lease.id != lease):
            raise NothingToUndo(f"The item {id} is of more than one record by now; what was done with this lease stays.")
        return moved

    return await transact(sessions, work)
