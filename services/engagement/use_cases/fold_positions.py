"""Folding the pursuits of a position anew after its closings changed, chunk by chunk."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage import positions, pursuits, relationships
from services.engagement.storage.positions import Refold
from services.engagement.use_cases.folding import fold_pursuits, hold_closings
from services.engagement.use_cases.refresh_queue import refresh_people
from services.engagement.use_cases.transactions import transact
from shared.db.engine import Sessions

CHUNK = 200


async def fold_positions(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> int:
    """Do all refolds that are due, a transaction for each chunk; returns how many pursuits were folded."""
    count = 0
    while True:
        async with sessions.begin() as session:
            refold = await positions.next_refold(session, now)
        if refold is None:
            return count
        chunk = _Chunk(refold, now, settings)
        count += await transact(sessions, chunk.fold)


class _Chunk:
    """The next pursuits of one refold."""

    def __init__(self, refold: Refold, now: datetime, settings: EngagementSettings) -> None:
        self.refold = refold
        self.now = now
        self.settings = settings

    async def fold(self, session: AsyncSession) -> int:
        """Fold them and move on; returns how many."""
        refold = self.refold
        found = await pursuits.of_position(session, refold.position_id, after=refold.after_id, limit=CHUNK)
        if found:
            streams = await relationships.lock_people(session, {person for _, person in found})
            closings = await hold_closings(session, {refold.position_id}, now=self.now)
            folded = await fold_pursuits(
                session,
                {(person, refold.position_id) for _, person in found},
                streams,
                closings,
                ghost_after=self.settings.ghost_after,
                now=self.now,
            )
            await pursuits.save(session, [one.row for one in folded.values()])
            people = {person for person, _ in found}
            await refresh_people(session, people, now=self.now, settings=self.settings)
        await positions.move_refold(session, refold, found[-1][0] if len(found) == CHUNK else None)
        return len(found)
