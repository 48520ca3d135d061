"""A recruiter is done with a queue item. This records no fact: what was done with the person is what the ATS reports."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue_log import Line
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions
from shared.events import QueueItemCompleted
from shared.events.vocabulary import QueueOutcome


async def complete_item(
    sessions: Sessions,
    id: UUID,
    *,
    lease: UUID,
    outcome: QueueOutcome,
    now: datetime,
    settings: EngagementSettings,
) -> QueueItem | None:
    """Take the item out of the queue, until a newer close; after ``wrong_time`` and ``not_reachable`` it is planned again.

    Raises ItemUnknown and LeaseLost.
    """

    def line(item: QueueItem, held: Lease) -> Line:
        event = QueueItemCompleted(
            item_id=item.id, candidate_id=item.person_id, plans=item.plans_at(now), recruiter=held.recruiter, outcome=outcome
        )
        return Line(
            action=Action.COMPLETED,
            event=event,
            at=now,
            recruiter=held.recruiter,
            newest_close=held.newest_close,
            outcome=outcome,
        )

    return await finish(sessions, id, lease, line, action=Action.COMPLETED, now=now, settings=settings)
