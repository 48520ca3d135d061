"""Positions: making, locking, reading and saving them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.candidates.domain.positions import Position
from services.candidates.domain.registers import read_heads, write_heads
from services.candidates.storage import syncs
from services.candidates.storage.listing import records_page
from shared.db.asyncpg_connection import Driver, Write
from shared.skills import skill_keys

_COLUMNS = "id, reference, heads, record, version, snapshot, changed_at"


def _position(row: Iterable[Any]) -> Position:
    position, reference, heads, *rest = row
    return Position(position, reference, read_heads(heads), *rest)


_LOCK_OR_MAKE = f"""
    WITH made AS (
        INSERT INTO positions (id, reference, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id
    ), locked AS (
        SELECT {_COLUMNS} FROM positions WHERE id = $1 AND (SELECT count(*) FROM made) >= 0 FOR UPDATE
    )
    SELECT * FROM locked UNION ALL SELECT id, $2, '{{}}'::jsonb, NULL, 0, NULL, NULL FROM made
    """  # noqa: S608 - constants


async def lock_or_make(connection: Driver, position: UUID, reference: str, now: datetime) -> Position:
    """Lock a position, whose row is made where it is missing."""
    rows = await connection.fetch(_LOCK_OR_MAKE, position, reference, now)
    found = _position(rows[0]) if rows else await lock(connection, position)  # made by somebody else at the same moment
    assert found is not None, "rows of positions stay"
    return found


async def lock(connection: Driver, position: UUID) -> Position | None:
    """Lock a position."""
    return await find(connection, position, locking="FOR UPDATE")


async def find(connection: Driver, position: UUID, *, locking: str = "") -> Position | None:
    """The position, or None."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM positions WHERE id = $1 {locking}", position)  # noqa: S608 - constants
    return _position(rows[0]) if rows else None


async def of_ids(connection: Driver, ids: Collection[UUID]) -> Sequence[Position]:
    """Those of the positions that are known, in id order."""
    query = f"SELECT {_COLUMNS} FROM positions WHERE id = ANY($1::uuid[]) AND record IS NOT NULL ORDER BY id"  # noqa: S608
    return [_position(row) for row in await connection.fetch(query, list(ids))]


async def closings(connection: Driver, ids: Collection[UUID]) -> dict[UUID, list[datetime]]:
    """When each of the positions that are known closed."""
    return {
        one.id: [span.closed_at for span in one.openings.spans if span.closed_at is not None]
        for one in await of_ids(connection, ids)
    }


def saving(position: Position) -> Write:
    """Write a locked position."""
    sql = """
        UPDATE positions SET heads = $2, record = $3, version = $4, snapshot = $5, changed_at = $6, skills = $7, status = $8,
            level = $9, sponsor = $10, sync_number = CASE WHEN version = $4 THEN sync_number END
        WHERE id = $1
        """
    record = position.record or {}
    return Write(
        sql,
        (
            position.id,
            write_heads(position.heads).decode(),
            orjson.dumps(position.record).decode(),
            position.version,
            position.snapshot,
            position.changed_at,
            skill_keys(record.get("skills", [])),
            record.get("status"),
            record.get("level"),
            record.get("sponsor"),
        ),
    )


async def search(
    connection: Driver, *, skill: str | None, equal: Mapping[str, str | None], after: UUID | None, limit: int
) -> Sequence[Position]:
    """Positions in id order, after an id. ``equal``: columns that must have a value."""
    found_by = {"skills @> $n": None if skill is None else skill_keys([skill])}
    conditions = {**found_by, **{f"{column} = $n": value for column, value in equal.items()}, "id > $n": after}
    rows = await records_page(connection, "positions", _COLUMNS, conditions, limit=limit)
    return [_position(row) for row in rows]


async def changed_since(connection: Driver, since: datetime, *, after: int, limit: int) -> list[tuple[int, Position]]:
    """Positions that changed at or after a time, in the order of changes, with their places in it."""
    rows = await syncs.changed_since(connection, "positions", _COLUMNS, since, after=after, limit=limit)
    return [(number, _position(row)) for number, row in rows]
