"""Whom we have forgotten."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.storage.tables import erasures


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person forgotten, with all streams."""

    id: UUID
    streams: tuple[UUID, ...]
    requested_by: str
    erased_at: datetime


async def add(session: AsyncSession, erasure: Erasure) -> None:
    """Remember that the erasure was done."""
    await session.execute(
        insert(erasures).values(
            id=erasure.id, streams=list(erasure.streams), requested_by=erasure.requested_by, erased_at=erasure.erased_at
        )
    )


async def find(session: AsyncSession, erasure: UUID) -> Erasure | None:
    """The erasure, or None."""
    row = (await session.execute(select(erasures).where(erasures.c.id == erasure))).one_or_none()
    return None if row is None else Erasure(row.id, tuple(row.streams), row.requested_by, row.erased_at)
