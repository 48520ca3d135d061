"""Names of the sender's that the mapping file does not know, with how many bodies hold each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.domain.intents import UnmappedName
from services.connectors.storage.tables import deliveries, unmapped


@dataclass(frozen=True, slots=True)
class UnmappedCount:
    """A name, and in how many bodies it came."""

    kind: str
    name: str
    external_id: str | None
    position: str | None
    count: int
    last_received_at: datetime


async def replace(session: AsyncSession, body_hash: str, names: Sequence[UnmappedName]) -> None:
    """Keep the names that a body leaves unmapped now."""
    await session.execute(delete(unmapped).where(unmapped.c.body_hash == body_hash))
    rows = [
        {
            "body_hash": body_hash,
            "kind": name.kind,
            "name": name.name,
            "external_id": name.external_id or "",
            "position": name.position or "",
        }
        for name in names
    ]
    if rows:
        await session.execute(insert(unmapped).on_conflict_do_nothing(), rows)


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


async def bodies_of_stages(session: AsyncSession) -> Sequence[str]:
    """The bodies that hold a stage without a mapping and can still be read."""
    found = await session.scalars(
        select(unmapped.c.body_hash)
        .join(deliveries, deliveries.c.body_hash == unmapped.c.body_hash)
        .where(unmapped.c.kind == "stage", deliveries.c.raw.is_not(None))
        .distinct()
    )
    return list(found)
