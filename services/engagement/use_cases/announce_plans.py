"""Announcing to subscribers what became of return plans, with the change itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived
from services.engagement.domain.return_plans import PlanRow
from services.engagement.settings import EngagementSettings
from services.engagement.storage.announcements import Announcement, announce
from services.engagement.storage.people import ChangedPlan
from shared.events import ReturnPlanChanged


async def announce_plans(
    session: AsyncSession,
    changed: Sequence[ChangedPlan],
    derived: Mapping[UUID, Derived],
    *,
    now: datetime,
    settings: EngagementSettings,
) -> None:
    """Publish ``rekindle.return_plan.changed`` for each plan that appeared, changed or ended, on the caller's transaction."""
    rows = {(row.person_id, row.position_id, row.attempt): row for one in derived.values() for row in one.plans}
    announced = [
        Announcement(one.person_id, _event(one, rows.get((one.person_id, one.position_id, one.attempt)))) for one in changed
    ]
    await announce(session, announced, at=now, shards=settings.partitions)


def _event(changed: ChangedPlan, row: PlanRow | None) -> ReturnPlanChanged:
    """``row`` is the plan as it is now; None where it ended."""
    return ReturnPlanChanged(
        candidate_id=changed.person_id,
        position_id=changed.position_id,
        attempt=changed.attempt,
        change=changed.change,
        reason=changed.reason,
        also=[] if row is None else [condition.reason for condition in row.conditions[1:]],
        closed_at=changed.closed_at,
        due_at=None if row is None else row.due_at,
        trigger=None if row is None else row.trigger,
    )
