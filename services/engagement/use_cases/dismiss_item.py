"""A recruiter takes a queue item out, with a reason."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import Moved, QueueItem
from services.engagement.domain.queue_log import Action, Done, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions
from shared.events import QueueItemDismissed


async def dismiss_item(
    sessions: Sessions,
    id: UUID,
    *,
    lease: UUID,
    reason: str,
    now: datetime,
    settings: EngagementSettings,
) -> Moved:
    """Take the item out of the queue, until a newer close. The reason is free text and stays in this service.

    Raises ItemUnknown, LeaseUsed and LeaseLost.
    """

    def event(item: QueueItem, held: Lease) -> QueueItemDismissed:
        return QueueItemDismissed(
            item_id=item.id, candidate_id=item.person_id, plans=item.plans_at(now), recruiter=held.recruiter
        )

    return await finish(sessions, id, lease, Done(Action.DISMISSED, note=reason), event, now=now, settings=settings)
