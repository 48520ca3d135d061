"""What engagement knows of positions: what they are called, and when they closed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.asyncpg_connection import driver


@dataclass(frozen=True, slots=True)
class KnownPosition:
    """One position. ``closings`` are the times at which it closed, oldest first."""

    position_id: UUID
    reference: str | None
    title: str | None
    closings: tuple[datetime, ...]

    @property
    def references(self) -> list[str]:
        """What senders call it; none where it was only ever named by id."""
        return [] if self.reference is None else [self.reference]


@dataclass(frozen=True, slots=True)
class PositionSnapshot:
    """The newest state of a position, as its owner published it; ``content`` is all of it."""

    version: int
    reference: str | None
    title: str | None
    closings: tuple[datetime, ...]
    content: dict[str, Any]
    at: datetime
    """When it became so."""


_READ = "SELECT position_id, reference, title, closings FROM positions WHERE position_id = ANY($1::uuid[])"
_SAVE = text(
    """
    INSERT INTO positions (position_id, version, reference, title, closings, snapshot, states)
    VALUES (:id, :version, :reference, :title, :closings, CAST(:snapshot AS jsonb), CAST(:states AS jsonb))
    ON CONFLICT (position_id) DO UPDATE SET version = excluded.version, title = excluded.title, closings = excluded.closings,
        snapshot = excluded.snapshot, states = excluded.states,
        reference = coalesce(excluded.reference, positions.reference)
    """
)
_ADD_REFOLD = text(
    """
    INSERT INTO refolds (position_id, due_at, after_id)
    SELECT :id, due_at, '00000000-0000-0000-0000-000000000000' FROM unnest(CAST(:times AS timestamptz[])) AS given (due_at)
    ON CONFLICT (position_id, due_at) DO UPDATE SET after_id = excluded.after_id
    """
)
# One that the clock has begun already begins again, for it may have passed the person whose closing is ahead. Rows that need
# nothing are not locked.
_ADD_AHEAD = """
    INSERT INTO refolds (position_id, due_at, after_id)
    SELECT given.id, given.due_at, '00000000-0000-0000-0000-000000000000'
    FROM unnest($1::uuid[], $2::timestamptz[]) AS given (id, due_at)
    LEFT JOIN refolds AS known ON known.position_id = given.id AND known.due_at = given.due_at
    WHERE known.after_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'
    ORDER BY given.id, given.due_at
    ON CONFLICT (position_id, due_at) DO UPDATE SET after_id = excluded.after_id
    """
_NEXT_REFOLD = text(
    "SELECT position_id, due_at, after_id FROM refolds WHERE due_at <= :now ORDER BY due_at, position_id LIMIT 1 FOR UPDATE"
)
_MOVE_REFOLD = text("UPDATE refolds SET after_id = :after WHERE position_id = :id AND due_at = :due_at")
_END_REFOLD = text("DELETE FROM refolds WHERE position_id = :id AND due_at = :due_at")


@dataclass(frozen=True, slots=True)
class Refold:
    """A position the persons of whose pursuits must be derived from ``due_at`` on; those up to the pursuit ``after_id`` are."""

    position_id: UUID
    due_at: datetime
    after_id: UUID


async def read(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, KnownPosition]:
    """Those of the positions that are known."""
    rows = await (await driver(session)).fetch(_READ, list(ids))
    return {row[0]: KnownPosition(row[0], row[1], row[2], tuple(row[3])) for row in rows}


async def save(session: AsyncSession, id: UUID, snapshot: PositionSnapshot, states: Sequence[Mapping[str, Any]] = ()) -> None:
    """Store a position's newest snapshot, and its states while it is open.

    Where its closings change, or anything that decides whom it brings back, the caller holds the map exclusively.
    """
    values = {
        "id": id,
        "version": snapshot.version,
        "reference": snapshot.reference,
        "title": snapshot.title,
        "closings": list(snapshot.closings),
        "snapshot": orjson.dumps(snapshot.content).decode(),
        "states": orjson.dumps(list(states)).decode(),
    }
    await session.execute(_SAVE, values)


async def add_refold(session: AsyncSession, id: UUID, times: Collection[datetime]) -> None:
    """Have the clock derive everybody who has a pursuit of the position, at each of the times."""
    await session.execute(_ADD_REFOLD, {"id": id, "times": sorted(times)})


async def add_ahead(session: AsyncSession, closings: Collection[tuple[UUID, datetime]]) -> None:
    """Have the clock derive everybody who has a pursuit of a position when its closing comes, from the first on."""
    ids, times = zip(*closings, strict=True)
    await (await driver(session)).fetch(_ADD_AHEAD, ids, times)


async def next_refold(session: AsyncSession, now: datetime) -> Refold | None:
    """The longest due refold, locked."""
    row = (await session.execute(_NEXT_REFOLD, {"now": now})).one_or_none()
    return None if row is None else Refold(*row)


async def move_refold(session: AsyncSession, refold: Refold, after: UUID | None) -> None:
    """Remember that the pursuits up to ``after`` are done; None when all are."""
    key: dict[str, Any] = {"id": refold.position_id, "due_at": refold.due_at}
    if after is None:
        await session.execute(_END_REFOLD, key)
    else:
        await session.execute(_MOVE_REFOLD, key | {"after": after})
