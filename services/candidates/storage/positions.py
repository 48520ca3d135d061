"""Positions: creating, locking and saving them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.content import skill_keys
from services.candidates.domain.registers import Observation, read_heads, write_heads
from services.candidates.storage.tables import positions


@dataclass(slots=True)
class Position:
    """A row of positions. ``version`` is the entity tag's and the sequence on the bus."""

    id: UUID
    reference: str
    heads: dict[str, Observation]
    record: dict[str, Any] | None
    version: int
    snapshot: bytes | None
    changed_at: datetime | None
    created_at: datetime
    search: dict[str, Any] = field(default_factory=dict)


_COLUMNS = (
    *(positions.c.id, positions.c.reference, positions.c.heads, positions.c.record, positions.c.version),
    *(positions.c.snapshot, positions.c.changed_at, positions.c.created_at),
)


def _position(row: RowMapping) -> Position:
    values: dict[str, Any] = dict(row)
    values["heads"] = read_heads(values["heads"])
    return Position(**values)


async def insert_missing(session: AsyncSession, position: UUID, reference: str, now: datetime) -> None:
    """Make the row unless it is there."""
    row = {"id": position, "reference": reference, "created_at": now}
    await session.execute(insert(positions).values(row).on_conflict_do_nothing())


async def find(session: AsyncSession, position: UUID, *, lock: bool = False) -> Position | None:
    """The position, locked on request."""
    query = select(*_COLUMNS).where(positions.c.id == position)
    row = (await session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else _position(row)


def searchable(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a position is found by."""
    return {
        "skills": skill_keys(values.get("skills", [])),
        "status": values.get("status"),
        "level": values.get("level"),
        "sponsor": values.get("sponsor"),
    }


async def save(session: AsyncSession, position: Position) -> None:
    """Write a position that the caller has locked."""
    await session.execute(
        update(positions)
        .where(positions.c.id == position.id)
        .values(
            heads=write_heads(position.heads),
            record=position.record,
            version=position.version,
            snapshot=position.snapshot,
            changed_at=position.changed_at,
            **position.search,
        )
    )


async def search(
    session: AsyncSession, *, skill: str | None, equal: Mapping[str, str | None], after: UUID | None, limit: int
) -> Sequence[Position]:
    """Positions in id order, after an id. ``equal``: columns that must have a value."""
    query = select(*_COLUMNS).where(positions.c.record.is_not(None)).order_by(positions.c.id).limit(limit)
    if skill is not None:
        query = query.where(positions.c.skills.contains(skill_keys([skill])))
    for name, value in equal.items():
        if value is not None:
            query = query.where(positions.c[name] == value)
    if after is not None:
        query = query.where(positions.c.id > after)
    return [_position(row) for row in (await session.execute(query)).mappings()]
