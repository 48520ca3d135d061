"""Deliveries as they came, with their status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.storage.tables import deliveries


class DeliveryStatus(StrEnum):
    """The status of a delivery."""

    QUEUED = "queued"
    """Committed here; not all of it is posted yet."""
    APPLIED = "applied"
    WAITING = "waiting"
    """Part of it cannot be resolved before another body comes."""
    NOT_MAPPED = "not_mapped"
    FAILED = "failed"
    """The API refused a part for good; the reason says which rule it broke."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it is listed."""

    body_hash: str
    number: int
    delivery_id: str | None
    action: str
    received_at: datetime
    receipts: int
    last_received_at: datetime
    application: str | None
    candidate: str | None
    status: DeliveryStatus
    reason: str | None
    raw: bytes | None

    @property
    def waits_for_merge(self) -> bool:
        """Whether it is a deletion that may be a merge's."""
        return self.action == "delete_candidate" and self.status is DeliveryStatus.WAITING

    @classmethod
    def of(cls, row: Row[Any]) -> "Delivery":
        return cls(
            body_hash=row.body_hash,
            number=row.number,
            delivery_id=row.delivery_id,
            action=row.action,
            received_at=row.received_at,
            receipts=row.receipts,
            last_received_at=row.last_received_at,
            application=row.application,
            candidate=row.candidate,
            status=DeliveryStatus(row.status),
            reason=row.reason,
            raw=row.raw,
        )


async def claim(session: AsyncSession, new: dict[str, Any]) -> bool:
    """Insert a delivery; False when its body came before, which is counted."""
    claimed = await session.execute(
        insert(deliveries).values(new).on_conflict_do_nothing(index_elements=["body_hash"]).returning(deliveries.c.number)
    )
    if claimed.first() is not None:
        return True
    await session.execute(
        update(deliveries)
        .where(deliveries.c.body_hash == new["body_hash"])
        .values(receipts=deliveries.c.receipts + 1, last_received_at=new["last_received_at"])
    )
    return False


async def get(session: AsyncSession, body_hash: str) -> Delivery | None:
    """The delivery of a body, or None."""
    row = (await session.execute(select(deliveries).where(deliveries.c.body_hash == body_hash))).first()
    return Delivery.of(row) if row is not None else None


async def set_values(session: AsyncSession, body_hash: str, **values: Any) -> None:
    """Change columns of one delivery."""
    await session.execute(update(deliveries).where(deliveries.c.body_hash == body_hash).values(**values))


async def waiting_for(session: AsyncSession, application: str) -> Sequence[Delivery]:
    """What waits for an application, in order of receipt; locked."""
    rows = await session.execute(
        select(deliveries)
        .where(deliveries.c.application == application, deliveries.c.status == DeliveryStatus.WAITING)
        .order_by(deliveries.c.number)
        .with_for_update()
    )
    return [Delivery.of(row) for row in rows]


async def end_deletions(session: AsyncSession, candidate: str, reason: str) -> None:
    """Let deletions of a person that wait for a merge end without an erasure."""
    await session.execute(
        update(deliveries)
        .where(
            deliveries.c.candidate == candidate,
            deliveries.c.action == "delete_candidate",
            deliveries.c.status == DeliveryStatus.WAITING,
        )
        .values(status=DeliveryStatus.NOT_MAPPED, reason=reason, raw=None, next_attempt_at=None)
    )


async def lease_due(session: AsyncSession, now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, int]]:
    """Body hashes and attempts so far of deliveries that are due; none other takes them before ``until``."""
    due = (
        select(deliveries.c.body_hash)
        .where(deliveries.c.next_attempt_at <= now)
        .order_by(deliveries.c.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await session.execute(
        update(deliveries)
        .where(deliveries.c.body_hash.in_(due.scalar_subquery()))
        .values(next_attempt_at=until, attempts=deliveries.c.attempts + 1)
        .returning(deliveries.c.body_hash, deliveries.c.attempts)
    )
    return [(row.body_hash, row.attempts) for row in rows]


async def page(session: AsyncSession, *, status: DeliveryStatus | None, before: int | None, limit: int) -> Sequence[Delivery]:
    """Deliveries, the newest first, below a number."""
    query = select(deliveries).order_by(deliveries.c.number.desc()).limit(limit)
    if status is not None:
        query = query.where(deliveries.c.status == status)
    if before is not None:
        query = query.where(deliveries.c.number < before)
    return [Delivery.of(row) for row in await session.execute(query)]


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """How many deliveries have each status."""
    rows = await session.execute(select(deliveries.c.status, func.count().label("total")).group_by(deliveries.c.status))
    return {row.status: row.total for row in rows}
