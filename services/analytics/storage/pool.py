"""What is known of people, as the pool of everybody reads it: all at first, then what changed."""

from collections.abc import AsyncIterator, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.fit.pool import Described
from shared.db.asyncpg_connection import driver

PAGE = 20_000
_READ = """
    SELECT people.person, number, NOT (erased OR EXISTS (SELECT FROM links WHERE links.stream = people.person)), level, country,
        market_status, years, salary, currency, skills
    FROM people
"""
_CHANGED = f"""
    {_READ} JOIN (SELECT person FROM people WHERE version >= $1::bigint UNION SELECT unnest($2::uuid[])) AS wanted
    ON wanted.person = people.person
"""  # noqa: S608 - constants


Person = tuple[UUID, Described]


async def everybody(session: AsyncSession) -> AsyncIterator[list[Person]]:
    """Everybody, some at a time."""
    cursor = await (await driver(session)).cursor(_READ)
    while page := await cursor.fetch(PAGE):
        yield [(person, Described(*row)) for person, *row in page]


async def changed(session: AsyncSession, since: int, others: Iterable[UUID]) -> list[Person]:
    """Everybody who changed in this transaction or a later one, and these others."""
    found = await (await driver(session)).fetch(_CHANGED, since, list(others))
    return [(person, Described(*row)) for person, *row in found]
