"""A recruiter takes a queue item out, with a reason."""

from datetime import datetime
from uuid import UUID

from services.engagement.domain.queue import Moved
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.leases import finish
from shared.db.engine import Sessions


async def dismiss_item(
    sessions: Sessions, id: UUID, *, lease: UUID, reason: str, now: datetime, settings: EngagementSettings
) -> Moved:
    """Take the item out of the queue, until a newer close. The reason is free text and stays in this service.

    Raises ItemUnknown, LeaseUsed and LeaseLost.
    """
    return await finish(sessions, id, lease, Done(Action.DISMISSED, note=reason), now=now, settings=settings)
