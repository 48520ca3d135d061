"""Whom we have forgotten, by id alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db.asyncpg_connection import Driver, Write


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person forgotten, with all streams."""

    id: UUID
    streams: tuple[UUID, ...]
    requested_by: str
    erased_at: datetime


def adding(erasure: Erasure) -> Write:
    """Remember that the erasure was done."""
    return Write(
        "INSERT INTO erasures (id, streams, requested_by, erased_at) VALUES ($1, $2, $3, $4)",
        (erasure.id, list(erasure.streams), erasure.requested_by, erasure.erased_at),
    )


async def find(connection: Driver, erasure: UUID) -> Erasure | None:
    """The erasure, or None."""
    rows = await connection.fetch("SELECT id, streams, requested_by, erased_at FROM erasures WHERE id = $1", erasure)
    return next((Erasure(row[0], tuple(row[1]), *row[2:]) for row in rows), None)
