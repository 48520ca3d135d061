"""A page of a list of records."""

from collections.abc import Mapping
from typing import Any, Literal

from shared.db.asyncpg_connection import Driver


async def records_page(
    connection: Driver,
    table: Literal["candidates", "positions"],
    columns: str,
    conditions: Mapping[str, Any],
    *,
    limit: int,
) -> list[Any]:
    """Rows that hold a record, in id order.

    ``conditions``: what must hold, as the left side and the operator, and the value on the right; none where that is None.
    """
    asked = [(condition, value) for condition, value in conditions.items() if value is not None]
    where = "".join(f" AND {condition} ${number}" for number, (condition, _) in enumerate(asked, 2))
    return await connection.fetch(
        f"SELECT {columns} FROM {table} WHERE record IS NOT NULL{where} ORDER BY id LIMIT $1",  # noqa: S608 - constants
        limit,
        *(value for _, value in asked),
    )
