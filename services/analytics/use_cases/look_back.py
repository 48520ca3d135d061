"""Make the attempts as they were at an earlier time, from the facts of until then."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.column_views import unsettled, without
from services.analytics.domain.columns import Columns, Fed
from services.analytics.domain.pursuits import AttemptRow, Key, Past
from services.analytics.domain.questions import Question
from services.analytics.storage import as_of, attempts, column_feed, people, profiles, pursuits
from services.analytics.storage.selection import AS_OF, AS_OF_PROFILES
from services.analytics.use_cases.costs import refuse_look_back
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import Driver, driver

PAGE = 300
"""Persons that are folded at once: others get their turn in between."""


async def look_back(session: AsyncSession, question: Question, *, ghost_after: timedelta) -> None:
    """Fill the tables of ``storage.as_of`` where a question looks from an earlier time, for its position or for all.

    Who is who, closings and what describes people are taken as they are known now. Only pursuits that had begun by then and of
    which something came later are folded again. Raises TooCostly where those are too many.
    """
    if question.moment is None:
        return
    connection = await driver(session)
    wanted = await as_of.make(connection, question.position, question.moment, _past(question))
    async for rows in _folded(connection, question, wanted, ghost_after):
        await profiles.keep_apart(connection, (row.profile for row in rows), AS_OF_PROFILES)
        save = attempts.save(rows, table=AS_OF)
        await connection.fetch(save.sql, *save.values)


class LookBack:
    """The same from the columns in memory: made of a view on them, and of what is folded again for it.

    ``columns`` are looked at when it is made; what comes into them later is not part of it.
    """

    def __init__(self, columns: Columns, question: Question) -> None:
        assert question.moment is not None
        self._question = question
        rows, self._wanted = unsettled(columns, question.moment, _past(question), question.position)
        self._view = without(columns, rows)
        self._fed: list[Fed] = []

    async def fold(self, session: AsyncSession, *, ghost_after: timedelta) -> None:
        """Fold what is to be folded, in the transaction whose state the columns were of. Raises TooCostly."""
        connection = await driver(session)
        wanted = self._wanted | await as_of.without_attempts(connection, self._question.position)
        async for rows in _folded(connection, self._question, wanted, ghost_after):
            known = await column_feed.described(connection, {row.person for row in rows})
            self._fed += [column_feed.fed(row, known) for row in rows]
            await asyncio.sleep(0)

    def view(self) -> Columns:
        """The attempts as they were. Ask for it once, while nobody else works on the columns."""
        if self._fed:
            self._view.append(self._fed)
        return self._view


def _past(question: Question) -> Past:
    return Past(question.until, question.as_of)


async def _folded(
    connection: Driver, question: Question, wanted: Collection[Key], ghost_after: timedelta
) -> AsyncIterator[list[AttemptRow]]:
    """The rows of then of pursuits that are to be folded again, some at a time. Raises TooCostly where those are too many."""
    refuse_look_back(question, len(wanted))
    moment, past = question.moment, _past(question)
    assert moment is not None
    links = await people.links_of(connection, {person for person, _ in wanted})
    persons = sorted({person for person, _ in wanted})
    for start in range(0, len(persons), PAGE):
        page = set(persons[start : start + PAGE])
        known = await pursuits.of(connection, links.streams_of(page), (), past=past)
        grouped = Grouped.of(known.facts, links)
        keys = {key for key in grouped.placed if key[0] in page and key in wanted}
        rows = fold_again(keys, grouped, known, now=moment, ghost_after=ghost_after)
        yield [row for some in rows.values() for row in some]
