"""Everything that was ever said of a record's fields."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.domain.registers import Observation, canonical
from services.candidates.storage.tables import candidate_history, position_history

HISTORIES: dict[str, Table] = {"candidate": candidate_history, "position": position_history}


@dataclass(frozen=True, slots=True)
class Entry:
    """An observation as it was stored. ``confirmed_at``: until when the same source said the same without a break."""

    id: int
    record_id: UUID
    observation: Observation
    confirmed_at: datetime
    received_at: datetime


async def add(
    session: AsyncSession, thing: str, record: UUID, told: Iterable[Observation], *, told_by: str, now: datetime
) -> None:
    """Store observations; one that is known exactly so is not stored again."""
    table = HISTORIES[thing]
    rows = [
        {
            "record_id": record,
            "field": one.field,
            "value": one.value,
            "digest": _digest(one),
            "source": one.source,
            "observed_at": one.observed_at,
            "confirmed_at": one.observed_at,
            "received_at": now,
            "told_by": told_by,
        }
        for one in told
    ]
    if rows:
        await session.execute(insert(table).on_conflict_do_nothing(), rows)


async def confirm(session: AsyncSession, thing: str, record: UUID, told: Iterable[Observation]) -> None:
    """Move forward until when the newest entry of the same source and value was said; the caller knows that it counts."""
    table = HISTORIES[thing]
    for one in told:
        same = (table.c.record_id == record, table.c.field == one.field, table.c.source == one.source)
        newest = (
            select(table.c.id)
            .where(*same, table.c.digest == _digest(one))
            .order_by(table.c.confirmed_at.desc(), table.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        await session.execute(
            update(table)
            .where(table.c.record_id == record, table.c.id == newest)
            .values(confirmed_at=func.greatest(table.c.confirmed_at, one.observed_at))
        )


async def observations(session: AsyncSession, thing: str, record: UUID, fields: Collection[str]) -> list[Observation]:
    """All observations of some fields of a record."""
    table = HISTORIES[thing]
    rows = await session.execute(
        select(table.c.field, table.c.value, table.c.source, table.c.observed_at).where(
            table.c.record_id == record, table.c.field.in_(sorted(fields))
        )
    )
    return [Observation(row.field, row.value, row.source, row.observed_at) for row in rows]


async def page(
    session: AsyncSession,
    thing: str,
    records: Collection[UUID],
    *,
    field: str | None,
    hidden: Collection[str],
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[Entry]:
    """Entries of some records, the latest observed first, after a place; ``hidden`` fields are left out."""
    table = HISTORIES[thing]
    query: Any = select(table).where(table.c.record_id.in_(sorted(records)), table.c.field.not_in(sorted(hidden)))
    if field is not None:
        query = query.where((table.c.field == field) | table.c.field.startswith(f"{field}.", autoescape=True))
    if after is not None:
        query = query.where(tuple_(table.c.observed_at, table.c.id) < tuple_(*after))
    query = query.order_by(table.c.observed_at.desc(), table.c.id.desc()).limit(limit)
    return [
        Entry(
            row.id,
            row.record_id,
            Observation(row.field, row.value, row.source, row.observed_at),
            row.confirmed_at,
            row.received_at,
        )
        for row in await session.execute(query)
    ]


async def forget(session: AsyncSession, records: Collection[UUID]) -> None:
    """Delete everything that was said of these candidates."""
    await session.execute(delete(candidate_history).where(candidate_history.c.record_id.in_(sorted(records))))


def _digest(observation: Observation) -> bytes:
    return hashlib.sha256(canonical(observation.value)).digest()[:16]
