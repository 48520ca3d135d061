"""A recruiter is done with a queue item. This records no fact: what was done with the person is what the ATS reports."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import Moved
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions
from shared.events.vocabulary import QueueOutcome


async def complete_item(
    sessions: Sessions, id: UUID, *, lease: UUID, outcome: QueueOutcome, now: datetime, settings: EngagementSettings
) -> Moved:
    """Take the item out of the queue, until a newer close; after ``wrong_time`` and ``not_reachable`` it is planned again.

    Raises ItemUnknown, LeaseUsed and LeaseLost.
    """
    return await finish(sessions, id, lease, Done(Action.COMPLETED, outcome), now=now, settings=settings)
