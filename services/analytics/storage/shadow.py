"""Tables beside the live ones that a rebuild fills and then puts in their place, and how far it has come."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key
from services.analytics.storage import attempts, counters, profiles
from shared.db.asyncpg_connection import Driver

ATTEMPTS, COUNTERS = "attempts_next", "counters_next"
_LIVE = {ATTEMPTS: "attempts", COUNTERS: "counters"}


class Progress(NamedTuple):
    """A rebuild that has begun. ``since`` is the transaction from which on changes of the live tables are to be caught up."""

    since: int
    after: UUID | None
    """The last stream that is done."""
    pursuits: int
    attempts_wrong: int


async def progress(session: AsyncSession) -> Progress | None:
    """How far the rebuild that has begun has come; who reads it goes on alone until the end of the transaction."""
    query = "SELECT since, after, pursuits, attempts_wrong FROM rebuild FOR UPDATE"
    found = (await session.execute(text(query))).one_or_none()
    return None if found is None else Progress(*found)


async def note(session: AsyncSession, now: Progress) -> None:
    """Keep how far it has come."""
    await session.execute(
        text(
            """
            INSERT INTO rebuild (since, after, pursuits, attempts_wrong) VALUES (:since, :after, :pursuits, :attempts_wrong)
            ON CONFLICT (single) DO UPDATE SET since = excluded.since, after = excluded.after, pursuits = excluded.pursuits,
                attempts_wrong = excluded.attempts_wrong
            """
        ),
        now._asdict(),
    )


async def create(session: AsyncSession, table: str) -> None:
    """Make an empty table with the columns, the settings and the indexes of the live one."""
    live = _LIVE[table]
    await session.execute(text(f"DROP TABLE IF EXISTS {table}"))
    await session.execute(text(f"CREATE TABLE {table} (LIKE {live} INCLUDING ALL EXCLUDING INDEXES)"))
    query = "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = CAST(:table AS regclass)"
    settings = await session.scalar(text(query), {"table": live})
    if settings:
        await session.execute(text(f"ALTER TABLE {table} SET ({settings})"))
    for name, definition, is_primary in await _indexes(session, live):
        made = definition.replace(f" {name} ON public.{live} ", f" {name}_next ON public.{table} ", 1)
        await session.execute(text(made.replace(":", "\\:")))
        if is_primary:
            await session.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name}_next PRIMARY KEY USING INDEX {name}_next"))


async def put_in_place(session: AsyncSession) -> None:
    """Drop the live tables and give their names to the others. Whoever looks for a change reads everything anew."""
    for table, live in _LIVE.items():
        names = [name for name, _, _ in await _indexes(session, live)]
        await session.execute(text(f"DROP TABLE {live}"))
        await session.execute(text(f"ALTER TABLE {table} RENAME TO {live}"))
        for name in names:
            await session.execute(text(f"ALTER INDEX {name}_next RENAME TO {name}"))
    await session.execute(text("INSERT INTO epochs (epoch) SELECT coalesce(max(epoch), 0) + 1 FROM epochs"))
    await session.execute(text("DELETE FROM attempts_gone"))
    await session.execute(text("DELETE FROM persons_to_read"))
    await session.execute(text("DELETE FROM rebuild"))


async def _indexes(session: AsyncSession, table: str) -> Sequence[tuple[str, str, bool]]:
    query = """
        SELECT relname, pg_get_indexdef(indexrelid), indisprimary FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = CAST(:table AS regclass) ORDER BY relname
    """
    return [(name, definition, primary) for name, definition, primary in await session.execute(text(query), {"table": table})]


async def changed(session: AsyncSession, since: int) -> list[UUID]:
    """Persons whose live attempts changed, or were removed, in this transaction or a later one."""
    query = """
        SELECT person FROM attempts WHERE version >= :since
        UNION SELECT person FROM attempts_gone WHERE version >= :since AND person IS NOT NULL
    """
    return list(await session.scalars(text(query), {"since": since}))


async def save(connection: Driver, rows: Mapping[Key, Sequence[AttemptRow]]) -> None:
    """Put rows in the place of what the table beside holds of these pursuits."""
    if empty := [key for key, some in rows.items() if not some]:
        noted = attempts.without(empty)
        await connection.fetch(noted.sql, *noted.values)
    write = attempts.save((row for some in rows.values() for row in some), table=ATTEMPTS)
    await connection.fetch(write.sql, *write.values)


async def replace(connection: Driver, persons: Iterable[UUID], rows: Mapping[Key, Sequence[AttemptRow]]) -> None:
    """Put rows in the place of all that the table beside holds of some persons, and correct its counters."""
    gone = await connection.fetch(
        "DELETE FROM attempts_next WHERE person = ANY($1::uuid[]) RETURNING position_id, profile, lasting", list(persons)
    )
    known = await profiles.of(connection, {profile for _, profile, _ in gone})
    await save(connection, rows)
    change = counters.difference(
        [(position, known[profile], seconds) for position, profile, seconds in gone],
        ((row.position, row.profile, row.seconds) for some in rows.values() for row in some),
    )
    write = counters.add(change, table=COUNTERS)
    await connection.fetch(write.sql, *write.values)
