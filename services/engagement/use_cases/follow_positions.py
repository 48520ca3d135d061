"""Deriving the persons of a position's pursuits after its closings changed, or when a closing that lay ahead comes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage import positions, pursuits, streams
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions

CHUNK = 200


async def follow_positions(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Do all that is due, a transaction for each chunk of pursuits; returns how many pursuits it went through."""

    async def work(session: AsyncSession) -> int | None:
        await streams.share_map(session)
        refold = await positions.next_refold(session, now)
        if refold is None:
            return None
        found = await pursuits.of_position(session, refold.position_id, after=refold.after_id, limit=CHUNK)
        await derive_people(session, {person for _, person in found}, now=now, settings=settings)
        await positions.move_refold(session, refold, found[-1][0] if len(found) == CHUNK else None)
        return len(found)

    count = 0
    while (done := await transact(sessions, work)) is not None:
        count += done
    return count
