"""Answer a question about a funnel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.analytics.dimensions import PERIOD
from services.analytics.domain.groups import Key
from services.analytics.domain.questions import Question
from services.analytics.metrics import FUNNEL_METRICS, STAGE_METRICS, STAGES, Sum, Sums
from services.analytics.storage import funnels
from services.analytics.use_cases.look_back import look_back
from shared.db.engine import Sessions


@dataclass(frozen=True, slots=True)
class Funnel:
    """One funnel: every metric, and whether it holds cohorts that are too young to judge."""

    key: str | None
    stages: list[dict[str, Any]]
    """For each stage in order: its name and the value of every metric that is per stage."""
    values: dict[str, Any]
    """Every other metric, by name."""
    too_young: bool


def funnel_of(key: str | None, sums: Mapping[str, Sum], *, too_young: bool) -> Funnel:
    """The funnel that sums add up to."""
    found = Sums(sums)
    columns = {metric.name: metric.value(found) for metric in STAGE_METRICS}
    stages = [{"stage": stage, **{name: values[stage] for name, values in columns.items()}} for stage in STAGES]
    return Funnel(key, stages, {metric.name: metric.value(found) for metric in FUNNEL_METRICS}, too_young)


async def read_funnel(
    sessions: Sessions, question: Question, *, now: datetime, ghost_after: timedelta, zone: str
) -> list[Funnel]:
    """One funnel without a grouping, else one a group: periods in order of time, other groups the largest first.

    A cohort is too young to judge while the ghosting interval since it began is not over: silence may still be answered.
    """
    judged = (question.moment or now) - ghost_after
    async with sessions.begin() as session:
        await look_back(session, question, ghost_after=ghost_after)
        groups = await funnels.sums(session, question, zone=zone)
        by_period = question.group_by == (PERIOD,)
        if by_period:
            young: set[Key] = {key for key in groups if key[0] is not None and _end(key[0], question, zone) > judged}
        else:
            young = await funnels.young(session, question, judged)
    found = [funnel_of(key[0] if key else None, sums, too_young=key in young) for key, sums in groups.items()]
    if by_period:
        return sorted(found, key=lambda one: one.key or "")[-question.limit :]
    return sorted(found, key=lambda one: (-one.stages[0]["reached"], one.key is None, one.key or ""))[: question.limit]


_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def _end(key: str, question: Question, zone: str) -> datetime:
    """The end of a period, from its first day: never earlier than it is."""
    begins = datetime.fromisoformat(key).replace(tzinfo=ZoneInfo(zone))
    return (begins + timedelta(days=_LONGEST[question.period])).astimezone(UTC)
