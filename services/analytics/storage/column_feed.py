"""What a copy of the attempts in memory is made of, and what changed in it since a transaction."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Fed
from shared.db.asyncpg_connection import driver

PAGE = 5000
_MICROS = "CAST(extract(epoch FROM attempts.cohort_at) * 1000000 AS bigint)"
_READ = f"""
    SELECT slot, {_MICROS}, position_id, recruiter, sender_role, via, origin, channel, level, country, tier, market_status,
        attempts.number, coalesce(skills, '{{}}'), array_to_string(measures, ','), array_send(ats), array_send(seconds)
    FROM attempts LEFT JOIN people ON people.person = attempts.person
"""  # noqa: S608 - a constant
_CHANGED = f"""
    {_READ} WHERE attempts.version >= $1::bigint
    UNION ALL {_READ} WHERE people.version >= $1 AND attempts.version < $1
"""
_HEADER = 20
"""Bytes before the items of an array in its binary form."""


async def see_one_state(session: AsyncSession, *, for_long: bool = False) -> None:
    """Have all that the transaction reads be of one state of the database, and of one making of the tables. Call it first.

    The tables are locked before the state is chosen: a rebuild that put others in their place would else show them empty.
    """
    longer = "SET LOCAL statement_timeout = 0;" if for_long else ""
    await (await driver(session)).execute(
        f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {longer} LOCK TABLE attempts, counters IN ACCESS SHARE MODE"
    )


async def about_how_many(session: AsyncSession) -> int:
    """About how many attempts there are, by the size of the table."""
    found = await session.scalar(text("SELECT pg_relation_size('attempts') / 1024"))
    return int(found or 0)


async def epoch(session: AsyncSession) -> int:
    """How often the tables were made anew."""
    return int(await session.scalar(text("SELECT coalesce(max(epoch), 0) FROM epochs")) or 0)


async def horizon(session: AsyncSession) -> int:
    """The transaction from which on not everything is seen by this one: who has read up to here begins there again."""
    found = await session.scalar(text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"))
    return int(found or 0)


async def everything(session: AsyncSession) -> AsyncIterator[list[Fed]]:
    """All attempts, some at a time."""
    cursor = await (await driver(session)).cursor(_READ)
    while some := await cursor.fetch(PAGE):
        yield list(map(_fed, some))


async def changed(session: AsyncSession, since: int) -> list[Fed]:
    """The attempts that changed, or whose person did, in this transaction or a later one."""
    return list(map(_fed, await (await driver(session)).fetch(_CHANGED, since)))


async def gone(session: AsyncSession, since: int) -> list[int]:
    """The slots of attempts that were removed since."""
    return list(await session.scalars(text("SELECT slot FROM attempts_gone WHERE version >= :since"), {"since": since}))


async def sponsors(session: AsyncSession, since: int) -> Sequence[tuple[UUID, str | None]]:
    """Whose the positions are that changed since; since 0 of all."""
    query = "SELECT position_id, sponsor FROM positions WHERE version >= :since"
    return [(position, sponsor) for position, sponsor in await session.execute(text(query), {"since": since})]


def _fed(row: Any) -> Fed:
    slot, cohort_at, *dimensions, skills, measures, ats, seconds = row
    return Fed(slot, cohort_at, tuple(dimensions), skills, measures.split(","), ats[_HEADER:], seconds[_HEADER:])
