"""A recruiter puts a queue item off to a date."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import Moved, QueueItem
from services.engagement.domain.queue_log import Action, Done, Lease
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions
from shared.errors import Invalid
from shared.events import QueueItemSnoozed


async def snooze_item(
    sessions: Sessions,
    id: UUID,
    *,
    lease: UUID,
    until: datetime,
    now: datetime,
    settings: EngagementSettings,
) -> Moved:
    """Hide the item until a time, when it is due again; a signal or a reply brings it back earlier.

    Raises Invalid when the time is not ahead, ItemUnknown, LeaseUsed and LeaseLost.
    """

    def event(item: QueueItem, held: Lease) -> QueueItemSnoozed:
        if until <= now:
            raise Invalid.of("until", f"must be in the future: it is now {now:%Y-%m-%dT%H:%M:%SZ}")
        return QueueItemSnoozed(
            item_id=item.id, candidate_id=item.person_id, plans=item.plans_at(now), recruiter=held.recruiter, until=until
        )

    return await finish(sessions, id, lease, Done(Action.SNOOZED, until=until), event, now=now, settings=settings)
