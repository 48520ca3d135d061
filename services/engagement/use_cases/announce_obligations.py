"""Announcing to subscribers what became of what is owed, with the change itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived
from services.engagement.domain.obligation_news import news_of, withdrawn
from services.engagement.settings import EngagementSettings
from services.engagement.storage.announcements import Announcement, announce
from services.engagement.storage.obligations import ChangedObligation


async def announce_obligations(
    session: AsyncSession,
    changed: Sequence[ChangedObligation],
    derived: Mapping[UUID, Derived],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> None:
    """Publish ``rekindle.obligation.*`` for each one that was made, changed or withdrawn, on the caller's transaction."""
    if not changed:
        return
    owed = {one.id: one for each in derived.values() for one in each.obligations}
    news = [
        each
        for one in changed
        for each in (news_of(owed[one.id], is_new=one.is_new, now=now) if one.gone is None else [withdrawn(one.gone, now)])
    ]
    announced = [Announcement(data.candidate_id, data, time) for data, time in news]
    await announce(session, announced, at=now, shards=settings.partitions)
