"""Keeping positions' snapshots, and having their pursuits folded anew when a position closed or turns out not to have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage import positions


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The newest state of a position, as its owner published it."""

    version: int
    closings: tuple[datetime, ...]
    content: dict[str, Any]


async def keep_closings(session: AsyncSession, snapshots: Mapping[UUID, Snapshot], *, now: datetime) -> None:
    """Store the snapshots, on the caller's transaction. The clock folds the pursuits of those whose closings changed.

    It does so at once, and again when a closing that lies ahead comes.
    """
    known = await positions.read(session, snapshots)
    for position in sorted(snapshots):
        snapshot = snapshots[position]
        await positions.save(
            session,
            position,
            version=snapshot.version,
            closings=snapshot.closings,
            snapshot=snapshot.content,
        )
        if snapshot.closings != (known[position].closings if position in known else ()):
            await positions.ask_refold(session, position, {now, *(time for time in snapshot.closings if time > now)})
