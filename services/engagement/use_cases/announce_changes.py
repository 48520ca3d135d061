"""Announcing to subscribers what became of plans, breaches and obligations, with the change itself."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.contact import Breach
from services.engagement.domain.derive import Derived
from services.engagement.domain.obligation_news import news_of, withdrawn
from services.engagement.domain.return_plans import PlanRow
from services.engagement.settings import EngagementSettings
from services.engagement.storage import policy_breaches
from services.engagement.storage.announcements import Announcement, announce
from services.engagement.storage.obligations import ChangedObligation
from services.engagement.storage.people import Changed, ChangedPlan
from services.engagement.storage.policy_breaches import ChangedBreach
from shared.events import PolicyBreachFound, PolicyBreachWithdrawn, ReturnPlanChanged

_Each = Mapping[UUID, Derived]


async def announce_changes(
    session: AsyncSession, changed: Changed, derived: _Each, *, now: datetime, settings: EngagementSettings
) -> None:
    """Publish all that changed of what was derived of persons, on the caller's transaction, in one statement.

    The plans come first, then breaches, then obligations.
    """
    announced = [
        *_plans(changed.plans, derived),
        *_breaches(changed.breaches, derived),
        *_obligations(changed.obligations, derived, now),
    ]
    await announce(session, announced, at=now, shards=settings.partitions, heads=changed.heads)


def _plans(changed: list[ChangedPlan], derived: _Each) -> Iterator[Announcement]:
    """``rekindle.return_plan.changed`` for each plan that appeared, changed or ended."""
    if changed:
        rows = {(row.person_id, row.position_id, row.attempt): row for one in derived.values() for row in one.plans}
        for one in changed:
            yield Announcement(one.person_id, _plan(one, rows.get((one.person_id, one.position_id, one.attempt))))


def _plan(changed: ChangedPlan, row: PlanRow | None) -> ReturnPlanChanged:
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


def _breaches(changed: list[ChangedBreach], derived: _Each) -> Iterator[Announcement]:
    """``rekindle.policy_breach.*`` for each that was found or withdrawn."""
    if changed:
        found = {one.id: one for each in derived.values() for one in each.breaches}
        for one in changed:
            yield _found(found[one.id]) if one.gone is None else _withdrawn(one.gone)


def _found(breach: Breach) -> Announcement:
    data = PolicyBreachFound.model_validate(policy_breaches.row_of(breach) | {"breach_id": breach.id})
    return Announcement(breach.stream, data, breach.made_at)


def _withdrawn(row: Mapping[str, Any]) -> Announcement:
    data = PolicyBreachWithdrawn.model_validate({**row, "breach_id": row["id"]})
    return Announcement(data.candidate_id, data)


def _obligations(changed: list[ChangedObligation], derived: _Each, now: datetime) -> Iterator[Announcement]:
    """``rekindle.obligation.*`` for each that was made, changed or withdrawn."""
    if changed:
        owed = {one.id: one for each in derived.values() for one in each.obligations}
        for one in changed:
            news = [withdrawn(one.gone, now)] if one.gone is not None else news_of(owed[one.id], is_new=one.is_new, now=now)
            for data, time in news:
                yield Announcement(data.candidate_id, data, time)
