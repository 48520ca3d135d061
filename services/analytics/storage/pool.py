"""What is known of people, as the pool of everybody reads it: all at first, then what changed."""

from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.fit.pool import Described

PAGE = 5000
_CHANGED = """
    SELECT number, NOT (erased OR EXISTS (SELECT FROM links WHERE links.stream = people.person)), level, country, market_status,
        years, salary, currency, skills
    FROM people WHERE version >= :since
"""


async def changed(session: AsyncSession, since: int) -> AsyncIterator[list[Described]]:
    """Everybody who changed in this transaction or a later one, some at a time."""
    rows = await session.stream(text(_CHANGED), {"since": since}, execution_options={"yield_per": PAGE})
    async for some in rows.partitions():
        yield [Described(*row) for row in some]
