"""Pursuits as the fold left them. Rows are written only under the locks of their person's streams."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.pursuit_view import PursuitRow
from shared.db.asyncpg_connection import driver

_COLUMNS = "id, person_id, position_id, attempt, stage, status, close_kind, close_reason, closed_at, clock_at"
_CHANGING = ("attempt", "stage", "status", "close_kind", "close_reason", "closed_at", "clock_at")

_SAVE = f"""
    INSERT INTO pursuits ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_to_recordset($1::json) AS given (
        id uuid, person_id uuid, position_id uuid, attempt integer, stage text, status text, close_kind text,
        close_reason text, closed_at timestamptz, clock_at timestamptz)
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
    """  # noqa: S608 - the columns are constants
_ONE = text(f"SELECT {_COLUMNS} FROM pursuits WHERE id = :id")  # noqa: S608 - a constant
_PAGE = text(
    f"""
    SELECT {_COLUMNS} FROM pursuits
    WHERE attempt > 0 AND id > :after
      AND (CAST(:person AS uuid) IS NULL OR person_id = :person)
      AND (CAST(:position AS uuid) IS NULL OR position_id = :position)
    ORDER BY id LIMIT :limit
    """  # noqa: S608 - the columns are a constant
)
_OF_PEOPLE = text("SELECT person_id, position_id FROM pursuits WHERE person_id = ANY(CAST(:people AS uuid[]))")
_FORGET_EMPTY = text("DELETE FROM pursuits WHERE person_id = ANY(CAST(:people AS uuid[])) AND attempt = 0")
_OF_POSITION = text("SELECT id, person_id FROM pursuits WHERE position_id = :position AND id > :after ORDER BY id LIMIT :limit")
_DUE = text("SELECT person_id, position_id FROM pursuits WHERE clock_at <= :now ORDER BY clock_at LIMIT :limit")


async def save(session: AsyncSession, rows: Collection[PursuitRow]) -> None:
    """Insert or replace rows."""
    ordered = sorted(rows, key=lambda row: row.id.int)
    # One JSON text is read faster than a dozen arrays are written. The driver's UUIDs are no plain ones, hence ``str``.
    await (await driver(session)).fetch(_SAVE, orjson.dumps(ordered, default=str).decode())


async def one(session: AsyncSession, id: UUID) -> PursuitRow | None:
    """The row of a pursuit, whether or not its person was linked to another since."""
    row = (await session.execute(_ONE, {"id": id})).one_or_none()
    return None if row is None else PursuitRow(*row)


async def page(
    session: AsyncSession, *, person: UUID | None, position: UUID | None, after: UUID, limit: int
) -> Sequence[PursuitRow]:
    """Pursuits that hold an attempt, by id."""
    rows = await session.execute(_PAGE, {"person": person, "position": position, "after": after, "limit": limit})
    return [PursuitRow(*row) for row in rows]


async def of_people(session: AsyncSession, people: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(person, position) of every row that these persons have or had."""
    return {(row.person_id, row.position_id) for row in await session.execute(_OF_PEOPLE, {"people": sorted(people)})}


async def forget_empty(session: AsyncSession, people: Collection[UUID]) -> None:
    """Delete the persons' rows that hold no attempt."""
    await session.execute(_FORGET_EMPTY, {"people": sorted(people)})


async def of_position(session: AsyncSession, position: UUID, *, after: UUID, limit: int) -> list[tuple[UUID, UUID]]:
    """(pursuit, person) of a position's pursuits that follow ``after`` by id."""
    found = await session.execute(_OF_POSITION, {"position": position, "after": after, "limit": limit})
    return [(row.id, row.person_id) for row in found]


async def due(session: AsyncSession, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(person, position) of pursuits that the clock must put something on record for, longest due first."""
    return [(row.person_id, row.position_id) for row in await session.execute(_DUE, {"now": now, "limit": limit})]
