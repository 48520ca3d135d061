"""Reading sums for a funnel: from the counters where they hold the answer, else from the attempts that it is about."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.column_funnels import EXACT_UP_TO
from services.analytics.domain.groups import Key
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum
from services.analytics.storage.contributions import COUNTED_AS
from services.analytics.storage.selection import Selection, attempts, of_contributions

Groups = dict[Key, dict[str, Sum]]
"""Sums by measure, for each key of the dimensions that were grouped by; one group, (), where there is none."""


async def sums(session: AsyncSession, question: Question, *, zone: str) -> Groups:
    """The sums that answer the question. With ``as_of``, ``attempts_as_of`` must have been made before."""
    few = await _are_few(session, question)
    if question.counters_answer and not few:
        query, named = _from_counters(question)
    else:
        query, named = _from_attempts(question, zone, exact=few)
    groups: Groups = {}
    for key, measures, counts, seconds in await session.execute(text(query), named):
        groups[tuple(key)] = dict(zip(measures, map(Sum, counts, seconds), strict=True))
    return groups if question.group_by else groups or {(): {}}


async def _are_few(session: AsyncSession, question: Question) -> bool:
    found = Selection.of(question, grouped=False)
    query = f"""
        SELECT count(*) FROM (
            SELECT FROM {attempts(question).sql} AS counted {found.joins} WHERE {found.condition} LIMIT :most
        ) AS found
    """  # noqa: S608 - constants of this service; values are bound
    return (await session.scalar(text(query), found.named | {"most": EXACT_UP_TO + 1}) or 0) <= EXACT_UP_TO


def _from_counters(question: Question) -> tuple[str, dict[str, Any]]:
    found = Selection.of(question)
    found.where("counted.count <> 0")
    query = f"""
        SELECT key, array_agg(measure), array_agg(count), array_agg(seconds) FROM (
            SELECT {found.key} AS key, counted.measure, CAST(sum(counted.count) AS bigint) AS count,
                CAST(sum(counted.seconds) AS bigint) AS seconds
            FROM counters AS counted {found.joins} WHERE {found.condition} GROUP BY 1, 2
        ) AS sums GROUP BY key
    """  # noqa: S608 - constants of this service; values are bound
    return query, found.named


def _from_attempts(question: Question, zone: str, *, exact: bool) -> tuple[str, dict[str, Any]]:
    found, source = of_contributions(question, zone), attempts(question)
    measure = COUNTED_AS
    if exact:
        measure = "CASE WHEN one.seconds = 0 THEN one.measure ELSE one.measure || '.' || one.seconds END"
    query = f"""
        SELECT key, array_agg(measure), array_agg(count), array_agg(seconds) FROM (
            SELECT {found.key} AS key, {measure} AS measure, count(*) AS count, CAST(sum(one.seconds) AS bigint) AS seconds
            FROM {source.sql} AS counted {found.joins} {source.contributions} WHERE {found.condition} GROUP BY 1, 2
        ) AS sums GROUP BY key
    """  # noqa: S608 - constants of this service; values are bound
    return query, found.named


async def young(session: AsyncSession, question: Question, moment: datetime) -> set[Key]:
    """The keys of the groups in which the question takes in a cohort later than a moment; {()} without groups."""
    found = Selection.of(question)
    found.where("counted.cohort_at > :moment", moment=moment)
    if question.view is View.COHORT:
        found.within_cohorts(None, question.before)
    rest = f"FROM {attempts(question).sql} AS counted {found.joins} WHERE {found.condition}"
    if not question.group_by:
        return {()} if await session.scalar(text(f"SELECT EXISTS (SELECT {rest})"), found.named) else set()
    return set(map(tuple, await session.scalars(text(f"SELECT DISTINCT {found.key} {rest}"), found.named)))
