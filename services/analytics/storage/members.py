"""The attempts behind a number, in the order of their keys, a page at a time."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.questions import Question, View
from services.analytics.storage.contributions import COUNTED_AS
from services.analytics.storage.numbers import read_only
from services.analytics.storage.selection import Selection, attempts

Place = tuple[UUID, UUID, int]
"""Where a page ends: person, position, number of the attempt."""


class MemberRow(NamedTuple):
    """An attempt behind a number, with what it adds to it: measures and, in parallel, times in microseconds since 1970, UTC."""

    person: UUID
    position: UUID
    number: int
    cohort_at: datetime
    origin: str
    recruiter: str | None
    via: str | None
    channel: str | None
    sender_role: str | None
    measures: list[str]
    ats: list[int]


async def page(
    session: AsyncSession,
    question: Question,
    prefixes: tuple[str, ...],
    *,
    after: Place | None,
    limit: int | None,
    into: str = "",
) -> list[MemberRow]:
    """The next attempts that contribute to these measures, with those alone; of one that ends with a dot, to all below it.

    Without a limit all of them. ``into`` is a statement before the query that keeps them elsewhere, so that none are returned.
    """
    found = Selection.of(question, grouped=False)
    if question.view is View.COHORT:
        found.within_cohorts(question.since, question.before)
    if after is not None:
        person, position, number = after
        found.where(
            "(counted.person, counted.position_id, counted.number) > (:person, :place, :number)",
            person=person, place=position, number=number,
        )  # fmt: skip
    inner, source = Selection(), attempts(question)
    read_only(inner, prefixes)
    if question.view is View.ACTIVITY:
        inner.within_activity(question.since, question.before)
    query = f"""{into}
        SELECT counted.person, counted.position_id, counted.number, cohort_at, origin, recruiter, via, channel, sender_role,
            added.measures, added.ats
        FROM {source.sql} AS counted {found.joins} CROSS JOIN LATERAL (
            SELECT array_agg({COUNTED_AS}) AS measures, array_agg(one.at) AS ats
            FROM (SELECT) AS none {source.contributions} WHERE {inner.condition}
        ) AS added
        WHERE {found.condition} AND added.measures IS NOT NULL
        ORDER BY counted.person, counted.position_id, counted.number LIMIT CAST(:limit AS bigint)
    """  # noqa: S608 - constants of this service; values are bound
    values: dict[str, Any] = found.named | inner.named | {"limit": limit}
    rows = await session.execute(text(query), values)
    return [] if into else [MemberRow(*row) for row in rows]
