"""Announcing to subscribers that a contact broke a rule, or that it did not, with the change itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import Breach
from services.engagement.domain.derive import Derived
from services.engagement.settings import EngagementSettings
from services.engagement.storage import policy_breaches
from services.engagement.storage.announcements import Announcement, announce
from services.engagement.storage.policy_breaches import ChangedBreach
from shared.events import PolicyBreachFound, PolicyBreachWithdrawn


async def announce_breaches(
    session: AsyncSession,
    changed: Sequence[ChangedBreach],
    derived: Mapping[UUID, Derived],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> None:
    """Publish ``rekindle.policy_breach.*`` for each that was found or withdrawn, on the caller's transaction."""
    if not changed:
        return
    found = {one.id: one for each in derived.values() for one in each.breaches}
    announced = [_withdrawn(one.gone) if one.gone is not None else _found(found[one.id]) for one in changed]
    await announce(session, announced, at=now, shards=settings.partitions)


def _found(breach: Breach) -> Announcement:
    data = PolicyBreachFound.model_validate(policy_breaches.row_of(breach) | {"breach_id": breach.id})
    return Announcement(breach.stream, data, breach.made_at)


def _withdrawn(row: Mapping[str, Any]) -> Announcement:
    data = PolicyBreachWithdrawn.model_validate({**row, "breach_id": row["id"]})
    return Announcement(data.candidate_id, data)
