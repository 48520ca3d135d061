"""The order of changes, for syncs: a number that follows no clock and no order of beginning, only that of commits.

Every new version sets its row's number to null. Whoever reads a sync first numbers the changed rows, one reader at a time and
until its commit. Only what is committed gets a number, and numbers become visible in their order: what is read after a number
never gets a lower one, however long a change took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.db.locks import SYNC

CHUNK = 1000
"""So many changed rows are numbered by one request."""

Table = Literal["candidates", "positions"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """The highest number there is, and whether there may be changes without one."""

    last: int
    has_more: bool


async def number(sessions: Sessions, table: Table, *, chunk: int = CHUNK) -> Numbered:
    """Give changed rows the next numbers. Rows that are being changed again are passed over: that change numbers them later."""
    async with sessions.begin_raw(f"SELECT pg_advisory_xact_lock({SYNC})") as transaction:
        connection = transaction.connection
        done = await connection.fetch(
            f"""
            WITH changed AS MATERIALIZED (
                SELECT id FROM {table} WHERE sync_number IS NULL LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE {table} SET sync_number = nextval('{table}_sync') FROM changed WHERE {table}.id = changed.id RETURNING 1
            """,  # noqa: S608 - a constant
            chunk,
        )
        last = await connection.fetchval(f"SELECT coalesce(max(sync_number), 0) FROM {table}")  # noqa: S608 - a constant
    return Numbered(last, len(done) == chunk)


async def changed_since(
    connection: Driver, table: Table, columns: str, since: datetime, *, after: int, limit: int
) -> Sequence[tuple[int, Sequence[Any]]]:
    """Rows that changed at or after a time, in the order of their numbers, with these; what was never published is left out."""
    rows = await connection.fetch(
        f"SELECT sync_number, {columns} FROM {table} WHERE sync_number > $1 AND changed_at >= $2"  # noqa: S608 - constants
        " ORDER BY sync_number LIMIT $3",
        after,
        since,
        limit,
    )
    return [(row[0], row[1:]) for row in rows]
