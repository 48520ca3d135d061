"""Deliveries as they came, with their status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.connectors.storage.tables import deliveries
from shared.db.asyncpg_connection import Driver, Write


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
    attempts: int
    next_attempt_at: datetime | None

    @property
    def waits_for_merge(self) -> bool:
        """Whether it is a deletion that may be a merge's."""
        return self.action == "delete_candidate" and self.status is DeliveryStatus.WAITING

    @classmethod
    def of(cls, row: Iterable[Any]) -> "Delivery":
        """A delivery from its columns in order."""
        values = dict(zip(_COLUMNS, row, strict=True))
        return cls(**values | {"status": DeliveryStatus(values["status"])})


_COLUMNS = tuple(field.name for field in fields(Delivery))
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM greenhouse_deliveries"  # noqa: S608 - constants


def adding(values: dict[str, Any]) -> Write:
    """Insert a delivery; ``values`` by column."""
    columns = [deliveries.c[name].name for name in values]
    numbers = ", ".join(f"${number + 1}" for number in range(len(columns)))
    return Write(f"INSERT INTO greenhouse_deliveries ({', '.join(columns)}) VALUES ({numbers})", tuple(values.values()))  # noqa: S608 - columns


def changing(body_hash: str, values: dict[str, Any]) -> Write:
    """Change columns of one delivery."""
    columns = [deliveries.c[name].name for name in values]
    changes = ", ".join(f"{column} = ${number + 2}" for number, column in enumerate(columns))
    return Write(f"UPDATE greenhouse_deliveries SET {changes} WHERE body_hash = $1", (body_hash, *values.values()))  # noqa: S608 - columns


async def change(connection: Driver, body_hash: str, **values: Any) -> None:
    """The same at once."""
    write = changing(body_hash, values)
    await connection.execute(write.sql, *write.values)


async def count_repeat(connection: Driver, body_hash: str, now: datetime) -> None:
    """Count that a body came again."""
    sql = "UPDATE greenhouse_deliveries SET receipts = receipts + 1, last_received_at = $2 WHERE body_hash = $1"
    await connection.execute(sql, body_hash, now)


async def find(connection: Driver, body_hash: str, *, locking: str = "") -> Delivery | None:
    """The delivery of a body, or None."""
    rows = await connection.fetch(f"{_SELECT} WHERE body_hash = $1 {locking}", body_hash)
    return Delivery.of(rows[0]) if rows else None


async def find_all(connection: Driver, hashes: Sequence[str]) -> list[Delivery]:
    """The deliveries of some bodies."""
    return [Delivery.of(row) for row in await connection.fetch(f"{_SELECT} WHERE body_hash = ANY($1::text[])", list(hashes))]


async def waiting_for(connection: Driver, application: str) -> Sequence[Delivery]:
    """What waits for an application, in order of receipt; locked."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE application = $1 AND status = 'waiting' ORDER BY number FOR UPDATE", application
    )
    return [Delivery.of(row) for row in rows]


async def end_deletions(connection: Driver, candidate: str, reason: str) -> None:
    """Let deletions of a person that wait for a merge end without an erasure."""
    await connection.execute(
        "UPDATE greenhouse_deliveries SET status = 'not_mapped', reason = $2, raw = NULL, next_attempt_at = NULL"
        " WHERE candidate = $1 AND action = 'delete_candidate' AND status = 'waiting'",
        candidate,
        reason,
    )


async def lease_due(connection: Driver, now: datetime, until: datetime, limit: int) -> list[Delivery]:
    """Deliveries that are due, with the attempts so far; none other takes them before ``until``."""
    rows = await connection.fetch(
        f"UPDATE greenhouse_deliveries SET next_attempt_at = $2, attempts = attempts + 1 WHERE body_hash IN ("  # noqa: S608 - constants
        " SELECT body_hash FROM greenhouse_deliveries WHERE next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $3"
        f" FOR UPDATE SKIP LOCKED) RETURNING {', '.join(_COLUMNS)}",
        now,
        until,
        limit,
    )
    return [Delivery.of(row) for row in rows]


async def page(connection: Driver, *, status: DeliveryStatus | None, before: int | None, limit: int) -> Sequence[Delivery]:
    """Deliveries, the newest first, below a number."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE ($1::text IS NULL OR status = $1) AND ($2::bigint IS NULL OR number < $2)"
        " ORDER BY number DESC LIMIT $3",
        status,
        before,
        limit,
    )
    return [Delivery.of(row) for row in rows]


async def count_by_status(session: AsyncSession) -> dict[str, int]:
    """How many deliveries have each status."""
    rows = await session.execute(select(deliveries.c.status, func.count().label("total")).group_by(deliveries.c.status))
    return {row.status: row.total for row in rows}
