"""What is known of people, as the pool of everybody reads it: all at first, then what changed."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.fit.pool import Described
from shared.db.asyncpg_connection import driver

PAGE = 20_000
_READ = """
    SELECT number, NOT (erased OR EXISTS (SELECT FROM links WHERE links.stream = people.person)), level, country,
        market_status, years, salary, currency, skills
    FROM people
"""
_CHANGED = f"{_READ} WHERE version >= $1::bigint"


async def everybody(session: AsyncSession) -> AsyncIterator[list[Described]]:
    """Everybody, some at a time."""
    cursor = await (await driver(session)).cursor(_READ)
    while page := await cursor.fetch(PAGE):
        yield [Described(*row) for row in page]


async def changed(session: AsyncSession, since: int) -> list[Described]:
    """Everybody who changed in this transaction or a later one."""
    return [Described(*row) for row in await (await driver(session)).fetch(_CHANGED, since)]
