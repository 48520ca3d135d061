"""What a copy of everybody in memory is made of: people as rows of columns, each with what it adds to the metrics of people."""

from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Fed, Holds
from services.analytics.domain.profiles import Profile, profile_of
from services.analytics.metrics.people import RECORDS, UNKNOWN, YIELDED
from shared.db.asyncpg_connection import driver

PAGE = 5000
_CAME_SO_FAR = ", ".join(f"bool_or('reached.{one}' = ANY(profiles.measures)) AS {one}" for one in YIELDED)
_READ = f"""
    SELECT people.number, people.person, CAST(extract(epoch FROM updated_at) * 1000000 AS bigint), level, country, tier,
        market_status, skills, {", ".join(f"coalesce(far.{one}, false)" for one in YIELDED)}
    FROM {{people}} LEFT JOIN {{far}} WHERE NOT people.erased
        AND NOT EXISTS (SELECT FROM links WHERE links.stream = people.person)
"""  # noqa: S608 - constants
_EVERYBODY = _READ.format(
    people="people",
    far=f"""(
        SELECT attempts.person, {_CAME_SO_FAR} FROM attempts JOIN profiles USING (profile) GROUP BY attempts.person
    ) AS far ON far.person = people.person""",  # noqa: S608 - constants
)
_CHANGED = _READ.format(
    people="""(
        SELECT person FROM people WHERE version >= $1::bigint UNION SELECT person FROM attempts WHERE version >= $1
        UNION SELECT person FROM attempts_gone WHERE version >= $1
    ) AS wanted JOIN people ON people.person = wanted.person""",
    far=f"""LATERAL (
        SELECT {_CAME_SO_FAR} FROM attempts JOIN profiles USING (profile) WHERE attempts.person = people.person OFFSET 0
    ) AS far ON true""",  # noqa: S608 - constants
)
_GONE = """
    SELECT number FROM people
    WHERE version >= :since AND (erased OR EXISTS (SELECT FROM links WHERE links.stream = people.person))
"""
_TIME = Struct(">iq").pack
"""An item of an array in its binary form: its length, and a number."""


async def about_how_many(session: AsyncSession) -> int:
    """About how many people there are, by the size of the table."""
    return int(await session.scalar(text("SELECT pg_relation_size('people') / 200")) or 0)


async def everything(session: AsyncSession) -> AsyncIterator[Sequence[Fed]]:
    """Everybody of whom there is a record, some at a time."""
    cursor = await (await driver(session)).cursor(_EVERYBODY)
    while some := await cursor.fetch(PAGE):
        yield list(map(_fed, some))


async def changed(session: AsyncSession, since: int) -> Sequence[Fed]:
    """Everybody whose record or attempts changed in this transaction or a later one."""
    return list(map(_fed, await (await driver(session)).fetch(_CHANGED, since)))


async def gone(session: AsyncSession, since: int) -> list[int]:
    """The numbers of those who were erased, or turned out to be somebody else, since."""
    return list(await session.scalars(text(_GONE), {"since": since}))


async def sponsors(_session: AsyncSession, _since: int) -> Sequence[tuple[UUID, str | None]]:
    """None: people are at no position."""
    return ()


def _fed(row: Any) -> Fed:
    number, person, updated_at, level, country, tier, market_status, skills, *came = row
    at = updated_at or 0
    dimensions = (None, None, None, None, None, None, level, country, tier, market_status, None)
    return Fed(
        number,
        at,
        dimensions,
        Holds(person, at, at, at, at, None),
        skills,
        _profile(market_status, tuple(came)),
        _TIME(8, at),
        b"",
    )


@lru_cache(maxsize=1 << 10)
def _profile(market_status: str | None, came: tuple[bool, ...]) -> Profile:
    reached = [f"pool_yield.{stage}" for stage, has in zip(YIELDED, came, strict=True) if has]
    measures = (f"people.{market_status or UNKNOWN}", RECORDS, "pool_yield.people", *reached)
    return profile_of(measures, (1,) * len(measures))
