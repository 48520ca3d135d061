"""What a copy of the attempts in memory is made of, and what changed in it since a transaction."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from struct import Struct
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.columns import Fed, Holds
from services.analytics.domain.micros import micros
from services.analytics.domain.profiles import Profile
from services.analytics.domain.pursuits import AttemptRow
from services.analytics.storage import profiles
from services.analytics.storage.outcome_details import detailed
from shared.db.asyncpg_connection import Driver, driver

PAGE = 5000
_MICROS = "CAST(extract(epoch FROM attempts.cohort_at) * 1000000 AS bigint)"
_READ = f"""
    SELECT slot, {_MICROS}, position_id, recruiter, sender_role, via, origin, channel, level, country, tier, market_status,
        attempts.number, attempts.person, first_at, last_at, first_received_at, last_received_at, changes_at,
        coalesce(skills, '{{{{}}}}'), profile, array_send(times), array_send(lasting)
    FROM {{attempts}} LEFT JOIN people ON people.person = attempts.person
"""  # noqa: S608 - a constant
_EVERYTHING = _READ.format(attempts="attempts")
# With all attempts of whoever changed: what is known of a hire changes with facts of any other.
_CHANGED = _READ.format(
    attempts="""(
        SELECT person FROM attempts WHERE version >= $1::bigint UNION SELECT person FROM people WHERE version >= $1
        UNION SELECT person FROM attempts_gone WHERE version >= $1 UNION SELECT person FROM persons_to_read WHERE version >= $1
    ) AS wanted CROSS JOIN LATERAL (SELECT * FROM attempts WHERE attempts.person = wanted.person OFFSET 0) AS attempts"""
)
_LONG, _SHORT = Struct(">iq").pack, Struct(">ii").pack
"""An item of an array in its binary form: its length, and a number."""
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
    found = await session.scalar(text("SELECT pg_relation_size('attempts') / 300"))
    return int(found or 0)


async def epoch(session: AsyncSession) -> int:
    """How often the tables were made anew."""
    return int(await session.scalar(text("SELECT coalesce(max(epoch), 0) FROM epochs")) or 0)


async def horizon(session: AsyncSession) -> int:
    """The transaction from which on not everything is seen by this one: who has read up to here begins there again."""
    found = await session.scalar(text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"))
    return int(found or 0)


async def everything(session: AsyncSession) -> AsyncIterator[Sequence[Fed]]:
    """All attempts, some at a time."""
    cursor = await (await driver(session)).cursor(_EVERYTHING)
    while some := await cursor.fetch(PAGE):
        yield await _all_fed(session, some)


async def changed(session: AsyncSession, since: int) -> Sequence[Fed]:
    """The attempts that changed, or whose person did, in this transaction or a later one."""
    return await _all_fed(session, await (await driver(session)).fetch(_CHANGED, since))


async def gone(session: AsyncSession, since: int) -> list[int]:
    """The slots of attempts that were removed since."""
    return list(await session.scalars(text("SELECT slot FROM attempts_gone WHERE version >= :since"), {"since": since}))


async def sponsors(session: AsyncSession, since: int) -> Sequence[tuple[UUID, str | None]]:
    """Whose the positions are that changed since; since 0 of all."""
    query = "SELECT position_id, sponsor FROM positions WHERE version >= :since"
    return [(position, sponsor) for position, sponsor in await session.execute(text(query), {"since": since})]


async def _all_fed(session: AsyncSession, rows: Sequence[Any]) -> Sequence[Fed]:
    connection = await driver(session)
    known = await profiles.of(connection, {row["profile"] for row in rows})
    return await detailed(connection, [_fed(row, known) for row in rows])


def _fed(row: Any, profile_of: Mapping[int, Profile]) -> Fed:
    slot, cohort_at, *dimensions, person, first, last, first_received, last_received, changes, skills, profile, times, seconds = (
        row
    )
    holds = Holds(person, first, last, first_received, last_received, changes)
    return Fed(slot, cohort_at, tuple(dimensions), holds, skills, profile_of[profile], times[_HEADER:], seconds[_HEADER:])


_NOBODY = (None, None, None, None, ())


async def described(connection: Driver, persons: Iterable[UUID]) -> dict[UUID, tuple[Any, ...]]:
    """Level, country, tier, market status and skills of some persons, of whom these are known."""
    query = "SELECT person, level, country, tier, market_status, skills FROM people WHERE person = ANY($1::uuid[])"
    return {person: tuple(known) for person, *known in await connection.fetch(query, list(persons))}


def fed(row: AttemptRow, known: Mapping[UUID, tuple[Any, ...]]) -> Fed:
    """A row that no table holds, as it is read for the columns; what is ``known`` of persons describes its own."""
    *person, skills = known.get(row.person, _NOBODY)
    of_attempt = (row.position, row.recruiter, row.sender_role, row.via, row.origin, row.channel)
    holds = Holds(row.person, row.first_at, row.last_at, row.first_received_at, row.last_received_at, row.changes_at)
    return Fed(
        0,
        micros(row.cohort_at),
        (*of_attempt, *person, row.number),
        holds,
        skills,
        row.profile,
        b"".join(_LONG(8, at) for at in row.times),
        b"".join(_SHORT(4, lasted) for lasted in row.seconds),
    )
