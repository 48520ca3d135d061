"""What is known of people, as the pool of everybody reads it: all at first, then what changed."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.fit.pool import Described
from shared.db.asyncpg_connection import driver

PAGE = 5000
_READ = """
    SELECT person, number, NOT (erased OR EXISTS (SELECT FROM links WHERE links.stream = people.person)), level, country,
        market_status, years, salary, currency, skills
    FROM people
"""
_PAGE = f"{_READ} WHERE person > $1 ORDER BY person LIMIT {PAGE}"
_CHANGED = f"{_READ} WHERE version >= $1::bigint"


async def everybody(session: AsyncSession) -> AsyncIterator[list[Described]]:
    """Everybody, some at a time."""
    connection, after = await driver(session), UUID(int=0)
    while page := await connection.fetch(_PAGE, after):
        yield [Described(*row[1:]) for row in page]
        after = page[-1][0]


async def changed(session: AsyncSession, since: int) -> list[Described]:
    """Everybody who changed in this transaction or a later one."""
    return [Described(*row[1:]) for row in await (await driver(session)).fetch(_CHANGED, since)]
