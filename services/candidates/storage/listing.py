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
    """Rows that hold a record and for which the conditions hold, in id order."""
    where, values = all_of(conditions, behind=1)
    return await connection.fetch(
        f"SELECT {columns} FROM {table} WHERE record IS NOT NULL{where} ORDER BY id LIMIT $1",  # noqa: S608 - constants
        limit,
        *values,
    )


def all_of(conditions: Mapping[str, Any], *, behind: int) -> tuple[str, list[Any]]:
    """Conditions as a part of a WHERE clause, and their values, numbered behind so many others.

    In a condition $n stands for the value beside it; None leaves the condition out.
    """
    asked = [(condition, value) for condition, value in conditions.items() if value is not None]
    where = "".join(f" AND {condition.replace('$n', f'${number}')}" for number, (condition, _) in enumerate(asked, behind + 1))
    return where, [value for _, value in asked]
