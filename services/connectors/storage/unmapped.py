"""Names of the sender's that the mapping file does not know, with how many bodies hold each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.domain.intents import UnmappedName
from services.connectors.storage.tables import deliveries, unmapped
from shared.db.asyncpg_connection import Driver, Write


@dataclass(frozen=True, slots=True)
class UnmappedCount:
    """A name, and in how many bodies it came."""

    kind: str
    name: str
    external_id: str | None
    position: str | None
    count: int
    last_received_at: datetime


def adding(body_hash: str, names: Sequence[UnmappedName]) -> list[Write]:
    """Keep the names that a body leaves unmapped."""
    return [Write(_ADD, (body_hash, *_columns(names)))] if names else []


def replacing(body_hash: str, names: Sequence[UnmappedName]) -> list[Write]:
    """The same for a body that is read again: names that have a mapping by now go."""
    return [Write(_REMOVE_OTHERS, (body_hash, *_columns(names))), *adding(body_hash, names)]


def _columns(names: Sequence[UnmappedName]) -> tuple[list[str], ...]:
    return (
        [name.kind for name in names],
        [name.name for name in names],
        [name.external_id or "" for name in names],
        [name.position or "" for name in names],
    )


_NAMES = "SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])"
_ADD = f"""
    INSERT INTO greenhouse_unmapped (body_hash, kind, name, external_id, position)
    SELECT $1::text, * FROM ({_NAMES}) AS new ON CONFLICT DO NOTHING
    """  # noqa: S608 - a constant
_REMOVE_OTHERS = f"DELETE FROM greenhouse_unmapped WHERE body_hash = $1 AND (kind, name, external_id, position) NOT IN ({_NAMES})"  # noqa: S608 - a constant


async def counts(session: AsyncSession, kind: str | None, limit: int) -> Sequence[UnmappedCount]:
    """The names, the most frequent first."""
    query = (
        select(
            unmapped.c.kind,
            unmapped.c.name,
            unmapped.c.external_id,
            unmapped.c.position,
            func.count().label("bodies"),
            func.max(deliveries.c.last_received_at).label("last_received_at"),
        )
        .join(deliveries, deliveries.c.body_hash == unmapped.c.body_hash)
        .group_by(unmapped.c.kind, unmapped.c.name, unmapped.c.external_id, unmapped.c.position)
        .order_by(func.count().desc(), unmapped.c.kind, unmapped.c.name, unmapped.c.external_id, unmapped.c.position)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(unmapped.c.kind == kind)
    return [
        UnmappedCount(
            kind=row.kind,
            name=row.name,
            external_id=row.external_id or None,
            position=row.position or None,
            count=row.bodies,
            last_received_at=row.last_received_at,
        )
        for row in await session.execute(query)
    ]


async def bodies_of_stages(connection: Driver) -> list[str]:
    """The bodies that hold a stage without a mapping and can still be read."""
    rows = await connection.fetch(
        "SELECT DISTINCT body_hash FROM greenhouse_unmapped JOIN greenhouse_deliveries USING (body_hash)"
        " WHERE kind = 'stage' AND raw IS NOT NULL"
    )
    return [row[0] for row in rows]
