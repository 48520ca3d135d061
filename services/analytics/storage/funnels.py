"""Reading sums for a funnel: from the counters where they hold the answer, else from the attempts that it is about."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.dimensions import BY_NAME, PERIOD, Dimension, Of
from services.analytics.domain.questions import Question, View
from services.analytics.metrics import Sum

AS_OF = "attempts_as_of"
"""Attempts as they were at an earlier time; exists for one transaction."""

Groups = dict[str | None, dict[str, Sum]]
"""Sums by measure, for each key of the dimension that was grouped by; one group, None, where there is none."""

_TABLES = {Of.ATTEMPT: "counted", Of.PERSON: "people", Of.POSITION: "positions"}
"""By whose a dimension is, the name that its table has in the queries; ``counted`` is attempts or counters."""
_JOINS = {
    Of.PERSON: " LEFT JOIN people ON people.person = counted.person",
    Of.POSITION: " LEFT JOIN positions ON positions.position_id = counted.position_id",
}
EXACT_UP_TO = 1000
"""Up to so many attempts each duration is read by itself, so that medians are exact; above, durations are read in buckets."""


async def sums(session: AsyncSession, question: Question, *, zone: str) -> Groups:
    """The sums that answer the question. With ``as_of``, ``attempts_as_of`` must have been made before."""
    few = await _are_few(session, question)
    if question.counters_answer and not few:
        query, named = _from_counters(question)
    else:
        query, named = _from_attempts(question, zone, exact=few)
    groups: Groups = {}
    for key, measures, counts, seconds in await session.execute(text(query), named):
        groups[key] = dict(zip(measures, map(Sum, counts, seconds), strict=True))
    return groups if question.group_by is not None else groups or {None: {}}


async def _are_few(session: AsyncSession, question: Question) -> bool:
    joins, conditions, named = _filtered(question, grouped=False)
    where = " AND ".join(["true", *conditions])
    query = f"SELECT count(*) FROM (SELECT FROM {_table(question)} AS counted {joins} WHERE {where} LIMIT :most) AS found"  # noqa: S608 - as below
    return (await session.scalar(text(query), named | {"most": EXACT_UP_TO + 1}) or 0) <= EXACT_UP_TO


def _from_counters(question: Question) -> tuple[str, dict[str, Any]]:
    joins, conditions, named = _filtered(question)
    key = "NULL" if question.group_by is None else _key(question.group_by)
    where = " AND ".join(["counted.count <> 0", *conditions])
    query = f"""
        SELECT key, array_agg(measure), array_agg(count), array_agg(seconds) FROM (
            SELECT {key} AS key, counted.measure, CAST(sum(counted.count) AS bigint) AS count,
                CAST(sum(counted.seconds) AS bigint) AS seconds
            FROM counters AS counted {joins} WHERE {where} GROUP BY 1, 2
        ) AS sums GROUP BY key
    """  # noqa: S608 - constants of this module; values are bound
    return query, named


def _from_attempts(question: Question, zone: str, *, exact: bool) -> tuple[str, dict[str, Any]]:
    joins, conditions, named = _filtered(question)
    at = "counted.cohort_at" if question.view is View.COHORT else "to_timestamp(one.at / 1000000.0)"
    for name, moment, compare in (("since", question.since, ">="), ("before", question.before, "<")):
        if moment is None:
            continue
        if question.view is View.COHORT:
            conditions.append(f"counted.cohort_at {compare} :{name}")
            named[name] = moment
        else:
            conditions.append(f"one.at {compare} :{name}")
            named[name] = round(moment.timestamp() * 1_000_000)
    key = "NULL"
    if question.group_by is PERIOD:
        named["zone"] = zone
        key = f"to_char(date_trunc('{question.period}', {at} AT TIME ZONE :zone), 'YYYY-MM-DD')"
    elif question.group_by is not None:
        key = _key(question.group_by)
    where = " AND ".join(["true", *conditions])
    measure = "CASE WHEN one.seconds = 0 THEN one.measure ELSE one.measure || '.' || one.seconds END" if exact else "one.measure"
    query = f"""
        SELECT key, array_agg(measure), array_agg(count), array_agg(seconds) FROM (
            SELECT {key} AS key, {measure} AS measure, count(*) AS count, CAST(sum(one.seconds) AS bigint) AS seconds
            FROM {_table(question)} AS counted {joins}
            CROSS JOIN LATERAL unnest(counted.measures, counted.ats, counted.seconds) AS one (measure, at, seconds)
            WHERE {where} GROUP BY 1, 2
        ) AS sums GROUP BY key
    """  # noqa: S608 - constants of this module; values are bound
    return query, named


def _table(question: Question) -> str:
    return "attempts" if question.as_of is None else AS_OF


def _filtered(question: Question, *, grouped: bool = True) -> tuple[str, list[str], dict[str, Any]]:
    """The joins, conditions and values of the question's filters."""
    used = question.dimensions if grouped else {BY_NAME[name] for name in question.filters}
    joins = "".join(join for of, join in _JOINS.items() if any(one.of is of for one in used))
    if grouped and question.group_by is not None and question.group_by.holds_list:
        joins += f" LEFT JOIN LATERAL unnest({_column(question.group_by)}) AS item (value) ON true"
    conditions: list[str] = []
    named: dict[str, Any] = {}
    if question.position is not None:
        conditions.append("counted.position_id = :only")
        named["only"] = question.position
    for name, value in question.filters.items():
        dimension = BY_NAME[name]
        named[f"is_{name}"] = dimension.stored(value)
        conditions.append(
            f":is_{name} = ANY({_column(dimension)})" if dimension.holds_list else f"{_column(dimension)} = :is_{name}"
        )
    return joins, conditions, named


def _column(dimension: Dimension) -> str:
    return f"{_TABLES[dimension.of]}.{dimension.column}"


def _key(dimension: Dimension) -> str:
    """What the rows of a dimension are grouped by."""
    return "item.value" if dimension.holds_list else f"CAST({_column(dimension)} AS text)"


async def young(session: AsyncSession, question: Question, moment: datetime) -> set[str | None]:
    """The keys of the groups in which the question takes in a cohort later than a moment; {None} without groups."""
    joins, conditions, named = _filtered(question)
    conditions.append("counted.cohort_at > :moment")
    named["moment"] = moment
    if question.view is View.COHORT and question.before is not None:
        conditions.append("counted.cohort_at < :before")
        named["before"] = question.before
    found = f"FROM {_table(question)} AS counted {joins} WHERE {' AND '.join(conditions)}"
    if question.group_by is None:
        return {None} if await session.scalar(text(f"SELECT EXISTS (SELECT {found})"), named) else set()
    return set(await session.scalars(text(f"SELECT DISTINCT {_key(question.group_by)} {found}"), named))


async def make_as_of(session: AsyncSession) -> None:
    """Make the table of attempts as they were, for this transaction."""
    await session.execute(text(f"CREATE TEMPORARY TABLE {AS_OF} (LIKE attempts INCLUDING INDEXES) ON COMMIT DROP"))
