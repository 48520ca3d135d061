"""Make the attempts as they were at an earlier time, from the facts of until then."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import attempt_rows
from services.analytics.storage import attempts, facts, funnels, people, positions
from services.analytics.use_cases.refold import Grouped

PAGE = 300
"""Persons that are folded at once: others get their turn in between."""


async def look_back(session: AsyncSession, position: UUID | None, as_of: datetime, *, ghost_after: timedelta) -> None:
    """Fill ``attempts_as_of`` with the attempts of one position, or of all. Who is who is taken as it is known now.

    The time grows with the facts it looks at, unlike a question about now.
    """
    await funnels.make_as_of(session)
    streams = await facts.streams_at(session, position, as_of)
    circle = await people.circle(session, streams)
    persons = sorted({circle.person_of(stream) for stream in streams})
    for start in range(0, len(persons), PAGE):
        await _fold_page(session, circle, set(persons[start : start + PAGE]), position, as_of, ghost_after)


async def _fold_page(
    session: AsyncSession,
    circle: people.PersonLinks,
    persons: set[UUID],
    position: UUID | None,
    as_of: datetime,
    ghost_after: timedelta,
) -> None:
    known = await facts.of_streams(session, circle.streams_of(persons), until=as_of)
    grouped = Grouped.of(known, circle)
    if position is None:
        folded = grouped.pursuits((), persons)
    else:
        folded = grouped.pursuits([key for key in grouped.placed if key[1] == position], set())
    closings = await positions.closings(session, {at for _, at in folded})
    rows = [
        row
        for key, found in folded.items()
        for row in attempt_rows(key, found, closings.get(key[1], ()), ghost_after=ghost_after, now=as_of)
    ]
    await attempts.save(session, rows, table=funnels.AS_OF)
