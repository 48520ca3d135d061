"""Make the attempts as they were at an earlier time, from the facts of until then."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage import as_of, attempts, people, pursuits
from services.analytics.storage.selection import AS_OF
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import driver

PAGE = 300
"""Persons that are folded at once: others get their turn in between."""


async def look_back(session: AsyncSession, position: UUID | None, until: datetime, *, ghost_after: timedelta) -> None:
    """Fill ``attempts_as_of``, and ``unsettled``, for one position or for all. Who is who is taken as it is known now.

    Only pursuits that had begun by then and of which something came later are folded again.
    """
    connection = await driver(session)
    wanted = await as_of.make(connection, position, until, ghost_after)
    links = await people.links_of(connection, {person for person, _ in wanted})
    persons = sorted({person for person, _ in wanted})
    for start in range(0, len(persons), PAGE):
        page = links.streams_of(persons[start : start + PAGE])
        known = await pursuits.of(connection, page, (), until=until)
        grouped = Grouped.of(known.facts, links)
        keys = grouped.placed.keys() & wanted
        rows = fold_again(keys, grouped, known, now=until, ghost_after=ghost_after)
        save = attempts.save((row for some in rows.values() for row in some), table=AS_OF)
        await connection.fetch(save.sql, *save.values)
