"""Reading what a metric's numbers are made of, from the attempts that a question is about."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.groups import Counted, Exact, Group, Groups
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum
from services.analytics.storage.selection import Selection, Source, of_contributions


async def cohorts(session: AsyncSession, question: Question, source: Source, *, judged: datetime, zone: str) -> Groups:
    """The groups of the attempts that a question by cohort is about, also those that contribute nothing."""
    found = Selection.of(question, zone=zone)
    found.within_cohorts(question.since, question.before)
    query = f"""
        SELECT {found.key}, count(*), count(*) FILTER (WHERE counted.cohort_at <= :judged)
        FROM {source.sql} AS counted {found.joins} WHERE {found.condition} GROUP BY 1
    """  # noqa: S608 - constants of this service; values are bound
    rows = await session.execute(text(query), found.named | source.named | {"judged": judged})
    return {tuple(key): Group(Counted(count, mature)) for key, count, mature in rows}


async def read_sums(
    session: AsyncSession,
    question: Question,
    prefixes: tuple[str, ...],
    source: Source,
    *,
    judged: datetime,
    zone: str,
    weighed: bool = False,
) -> Groups:
    """The sums by group of some measures; of one that ends with a dot, of all below it. ``weighed``: with what they weigh."""
    groups = await _groups(session, question, source, judged=judged, zone=zone)
    found = of_contributions(question, zone)
    found.not_ahead(source)
    read_only(found, prefixes)
    needs_all = question.view is View.ACTIVITY or source.by is not None or weighed
    query = f"""
        SELECT {found.key}, one.measure, count(*), count(*) FILTER (WHERE counted.cohort_at <= :judged),
            {"sum(one.seconds)" if weighed else "0"}
        FROM {source.sql} AS counted {found.joins} {source.contributions if needs_all else source.measures}
        WHERE {found.condition} GROUP BY 1, 2
    """  # noqa: S608 - constants of this service; values are bound
    for key, measure, count, mature, weight in await session.execute(
        text(query), found.named | source.named | {"judged": judged}
    ):
        group = groups.setdefault(tuple(key), Group())
        group.sums[measure] = Sum(count, weight)
        if question.view is View.ACTIVITY:
            group.counted = Counted(group.counted.all + count, group.counted.mature + mature)
    return groups


async def read_quantiles(
    session: AsyncSession,
    question: Question,
    family: str,
    share: float,
    source: Source,
    *,
    judged: datetime,
    zone: str,
) -> Groups:
    """A quantile of the durations of a family by group and key, exact: between two durations on the line between them."""
    groups = await _groups(session, question, source, judged=judged, zone=zone)
    found = of_contributions(question, zone)
    read_only(found, (f"{family}.",))
    query = f"""
        SELECT {found.key}, split_part(one.measure, '.', 2), percentile_cont(:share) WITHIN GROUP (ORDER BY one.seconds),
            count(*), count(*) FILTER (WHERE counted.cohort_at <= :judged)
        FROM {source.sql} AS counted {found.joins} {source.contributions} WHERE {found.condition} GROUP BY 1, 2
    """  # noqa: S608 - constants of this service; values are bound
    for key, of, seconds, count, mature in await session.execute(
        text(query), found.named | source.named | {"judged": judged, "share": share}
    ):
        group = groups.setdefault(tuple(key), Group())
        group.quantiles[of] = Exact(seconds, count)
        if question.view is View.ACTIVITY:
            group.counted = Counted(group.counted.all + count, group.counted.mature + mature)
    return groups


def read_only(found: Selection, prefixes: tuple[str, ...]) -> None:
    """Take in only contributions to these measures; of one that ends with a dot, to all below it."""
    named = {f"measure_{place}": prefix for place, prefix in enumerate(prefixes)}
    compared = [
        f"starts_with(one.measure, :{name})" if prefix.endswith(".") else f"one.measure = :{name}"
        for name, prefix in named.items()
    ]
    found.where(f"({' OR '.join(compared)})", **named)


async def _groups(session: AsyncSession, question: Question, source: Source, *, judged: datetime, zone: str) -> Groups:
    if question.view is View.COHORT:
        return await cohorts(session, question, source, judged=judged, zone=zone)
    return {} if question.group_by else {(): Group()}
