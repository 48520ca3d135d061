"""After the mapping file changed: read bodies again whose stage had no mapping."""

from datetime import datetime

from services.connectors.storage import deliveries, unmapped
from services.connectors.use_cases.understand_body import Reading, find_stages
from shared.db.engine import Sessions


async def reconsider_unmapped(sessions: Sessions, reading: Reading, *, now: datetime) -> int:
    """Queue the stages that have a mapping by now; returns how many bodies were read again.

    Rejections stay as they were posted: their reason was recorded as unspecified, and an event is for ever.
    """
    async with sessions.begin() as session:
        bodies = await unmapped.bodies_of_stages(session)
    for body_hash in bodies:
        async with sessions.begin() as session:
            delivery = await deliveries.get(session, body_hash)
            if delivery is not None:
                await find_stages(session, delivery, reading)
                await deliveries.set_values(session, body_hash, next_attempt_at=now)
    return len(bodies)
