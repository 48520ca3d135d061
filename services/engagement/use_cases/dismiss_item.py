"""A recruiter takes a queue item out, with a reason."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue_log import Line
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
) -> QueueItem | None:
    """Take the item out of the queue, until a newer close. The reason is free text and stays in this service.

    Raises ItemUnknown and LeaseLost.
    """

    def line(item: QueueItem, held: Lease) -> Line:
        event = QueueItemDismissed(
            item_id=item.id, candidate_id=item.person_id, plans=item.plans_at(now), recruiter=held.recruiter
        )
        return Line(
            action=Action.DISMISSED,
            event=event,
            at=now,
            recruiter=held.recruiter,
            newest_close=held.newest_close,
            note=reason,
        )

    return await finish(sessions, id, lease, line, action=Action.DISMISSED, now=now, settings=settings)
