"""The driver's own connection of a session, for what many rows need: COPY, and rows without a wrapping around each.

It is the same transaction. Errors are asyncpg's own; ``shared.db.engine.is_transient`` knows them.
"""

from collections.abc import Sequence
from typing import Any, Protocol, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions

_BEGIN = text("SELECT 1")
_KEY = "driver"


class Driver(Protocol):
    """What is used of asyncpg's connection."""

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        """The rows of a query; values stand for $1, $2 ..."""

    async def copy_records_to_table(self, table_name: str, *, records: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> str:
        """Insert rows by COPY."""

    def is_in_transaction(self) -> bool:
        """Whether a transaction was begun."""


async def driver(session: AsyncSession) -> Driver:
    """asyncpg's connection, inside the session's transaction."""
    known: Driver | None = session.info.get(_KEY)
    if known is not None and known.is_in_transaction():
        return known
    connection = await session.connection()
    own = cast("Driver", (await connection.get_raw_connection()).driver_connection)
    if not own.is_in_transaction():
        # SQLAlchemy begins the transaction with its first statement only; without one, COPY would commit by itself.
        await session.execute(_BEGIN)
    session.info[_KEY] = own
    return own


async def fetch_alone(sessions: Sessions, query: str, *values: Any) -> list[Any]:
    """The rows of one query that is a transaction of its own: one round trip, where a session makes three."""
    async with sessions.engine.connect() as connection:
        own = cast("Driver", (await connection.get_raw_connection()).driver_connection)
        return await own.fetch(query, *values)
