"""Make the attempts as they were at an earlier time, from the facts of until then."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.questions import Question
from services.analytics.storage import as_of, attempts, people, pursuits
from services.analytics.storage.pursuits import Past
from services.analytics.storage.selection import AS_OF
from services.analytics.use_cases.costs import refuse_look_back
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import driver

PAGE = 300
"""Persons that are folded at once: others get their turn in between."""


async def look_back(session: AsyncSession, question: Question, *, ghost_after: timedelta) -> None:
    """Fill ``attempts_as_of``, and ``unsettled``, where a question looks from an earlier time, for its position or for all.

    Who is who, closings and what describes people are taken as they are known now. Only pursuits that had begun by then and of
    which something came later are folded again. Raises TooCostly where those are too many.
    """
    moment = question.moment
    if moment is None:
        return
    connection = await driver(session)
    past = Past(question.until, question.as_of)
    wanted = await as_of.make(connection, question.position, moment, past, ghost_after)
    refuse_look_back(question, len(wanted))
    links = await people.links_of(connection, {person for person, _ in wanted})
    persons = sorted({person for person, _ in wanted})
    for start in range(0, len(persons), PAGE):
        page = links.streams_of(persons[start : start + PAGE])
        known = await pursuits.of(connection, page, (), past=past)
        grouped = Grouped.of(known.facts, links)
        keys = grouped.placed.keys() & wanted
        rows = fold_again(keys, grouped, known, now=moment, ghost_after=ghost_after)
        save = attempts.save((row for some in rows.values() for row in some), table=AS_OF)
        await connection.fetch(save.sql, *save.values)
