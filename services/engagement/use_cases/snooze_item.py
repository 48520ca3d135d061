"""A recruiter puts a queue item off to a date."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import Moved
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions


async def snooze_item(
    sessions: Sessions, id: UUID, *, lease: UUID, until: datetime, now: datetime, settings: EngagementSettings
) -> Moved:
    """Hide the item until a time, when it is due again; a signal or a reply brings it back earlier.

    Raises Invalid when the time is not ahead, ItemUnknown, LeaseUsed and LeaseLost.
    """
    return await finish(sessions, id, lease, Done(Action.SNOOZED, until=until), now=now, settings=settings)
