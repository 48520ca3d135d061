"""The driver's own connection of a session, for what many rows need: COPY, and rows without a wrapping around each.

It is the same transaction. A session's first statement must have been an ordinary one, for that begins the transaction.
"""

from typing import Any, Protocol, cast

from sqlalchemy.ext.asyncio import AsyncSession


class Driver(Protocol):
    """What is used of asyncpg's connection."""

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        """The rows of a query; values stand for $1, $2 ..."""

    async def copy_records_to_table(self, table: str, *, records: Any, columns: list[str]) -> str:
        """Insert rows by COPY."""


async def driver(session: AsyncSession) -> Driver:
    """asyncpg's connection, inside the session's transaction. It raises asyncpg's own errors."""
    connection = await session.connection()
    return cast("Driver", (await connection.get_raw_connection()).driver_connection)
