"""Comparing people with a position that was opened, changed or closed: whom it brings back now, and whom no longer."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.matching import PositionState
from services.engagement.settings import EngagementSettings
from services.engagement.storage import matching, openings, streams
from services.engagement.storage.openings import Search
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.transactions import transact
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions

CHUNK = 200
"""Persons in one transaction, so that whoever posts about one of them waits for a moment only."""


async def search_positions(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Make every search that is to be made; returns how many persons were derived.

    A search that was cut off is made again from its beginning; whoever was derived already stays as they are.
    """
    count = 0
    while (found := await transact(sessions, lambda session: _find(session, now, settings))) is not None:
        search, people = found
        for first in range(0, len(people), CHUNK):
            await transact(sessions, lambda session, of=people[first : first + CHUNK]: _derive(session, of, now, settings))  # type: ignore[misc]
        await transact(sessions, lambda session, done=search: _end(session, done))  # type: ignore[misc]
        count += len(people)
    return count


async def _find(session: AsyncSession, now: datetime, settings: EngagementSettings) -> tuple[Search, list[UUID]] | None:
    connection = await driver(session)
    search = await openings.next_search(connection)
    if search is None:
        return None
    known = (await openings.before(connection, [search.position_id])).get(search.position_id)
    content = {} if known is None or known.content is None else known.content
    position = PositionState.of(search.position_id, content)
    return search, await matching.people_to_compare(connection, position, settings.policy.rates, now=now)


async def _derive(session: AsyncSession, people: Collection[UUID], now: datetime, settings: EngagementSettings) -> None:
    await streams.share_map(session)
    await derive_people(session, people, now=now, settings=settings)


async def _end(session: AsyncSession, search: Search) -> None:
    await openings.end_search(await driver(session), search)
