"""Make the attempts as they were at an earlier time, from the facts of until then."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage import attempts, facts, funnels, people, pursuits
from services.analytics.storage.selection import AS_OF
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import driver

PAGE = 300
"""Persons that are folded at once: others get their turn in between."""


async def look_back(session: AsyncSession, position: UUID | None, as_of: datetime, *, ghost_after: timedelta) -> None:
    """Fill ``attempts_as_of`` with the attempts of one position, or of all. Who is who is taken as it is known now.

    The time grows with the facts it looks at, unlike a question about now.
    """
    await funnels.make_as_of(session)
    connection = await driver(session)
    streams = await facts.streams_at(connection, position, as_of)
    links = await people.links_of(connection, streams)
    persons = sorted({links.person_of(stream) for stream in streams})
    for start in range(0, len(persons), PAGE):
        page = links.streams_of(persons[start : start + PAGE])
        known = await pursuits.of(connection, page, (), until=as_of)
        grouped = Grouped.of(known.facts, links)
        keys = [key for key in grouped.placed if position in {None, key[1]}]
        rows = fold_again(keys, grouped, known, now=as_of, ghost_after=ghost_after)
        save = attempts.save((row for some in rows.values() for row in some), table=AS_OF)
        await connection.fetch(save.sql, *save.values)
