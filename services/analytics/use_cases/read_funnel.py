"""Answer a question about a funnel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.dimensions import PERIOD
from services.analytics.domain.column_funnels import FunnelSums, funnel_sums
from services.analytics.domain.costs import keys_of
from services.analytics.domain.questions import Question
from services.analytics.metrics import FUNNEL_METRICS, STAGE_METRICS, STAGES, Sum, Sums
from services.analytics.storage import funnels
from services.analytics.use_cases.answers import answer
from services.analytics.use_cases.column_store import ColumnStore
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


@dataclass(frozen=True, slots=True)
class Funnels:
    """Funnels: one without a grouping, else one a group: periods in order of time, other groups the largest first."""

    tag: str
    """The entity tag of these numbers: the same as long as nothing new is applied, within an hour."""
    found: list[Funnel] | None
    """None where the caller has them already."""


async def read_funnel(
    sessions: Sessions,
    store: ColumnStore,
    question: Question,
    *,
    now: datetime,
    ghost_after: timedelta,
    zone: str,
    most_cells: int,
    is_known: Callable[[str], bool] | None = None,
) -> Funnels:
    """Read funnels, unless the caller's tag says that they are known.

    One position's of now are read from its counters or attempts; those of the organisation and of an earlier time from the
    columns in memory, or, while these are being loaded, by SQL over the attempts.

    A cohort is too young to judge while the ghosting interval since it began is not over: silence may still be answered. What
    is old enough is judged from the beginning of the hour, so that numbers change with events and with the hour alone.
    """
    judged = (question.moment or now.replace(minute=0, second=0, microsecond=0)) - ghost_after

    async def by_sql(session: AsyncSession) -> FunnelSums:
        await look_back(session, question, ghost_after=ghost_after)
        groups = await funnels.sums(session, question, zone=zone)
        return FunnelSums(groups, set() if _is_by_period(question) else await funnels.young(session, question, judged))

    in_memory = question.moment is not None or question.position is None
    tag, sums = await answer(
        sessions,
        store,
        question,
        f"funnel {question} {judged} {zone}",
        ghost_after=ghost_after,
        keys=keys_of([*STAGE_METRICS, *FUNNEL_METRICS]),
        most_cells=most_cells,
        is_known=is_known,
        from_memory=partial(funnel_sums, question=question, judged=judged, zone=zone) if in_memory else None,
        by_sql=by_sql,
    )
    if sums is None:
        return Funnels(tag, None)
    if _is_by_period(question):
        young = {key for key in sums.groups if key[0] is not None and _end(key[0], question, zone) > judged}
        sums = FunnelSums(sums.groups, young)
    found = [funnel_of(key[0] if key else None, one, too_young=key in sums.young) for key, one in sums.groups.items()]
    return Funnels(tag, _in_order(found, question))


def _is_by_period(question: Question) -> bool:
    return question.group_by == (PERIOD,)


def _in_order(found: list[Funnel], question: Question) -> list[Funnel]:
    if _is_by_period(question):
        return sorted(found, key=lambda one: one.key or "")[-question.limit :]
    return sorted(found, key=lambda one: (-one.stages[0]["reached"], one.key is None, one.key or ""))[: question.limit]


_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


def _end(key: str, question: Question, zone: str) -> datetime:
    """The end of a period, from its first day: never earlier than it is."""
    begins = datetime.fromisoformat(key).replace(tzinfo=ZoneInfo(zone))
    return (begins + timedelta(days=_LONGEST[question.period])).astimezone(UTC)
