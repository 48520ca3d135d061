"""After the mapping file changed: read bodies again whose stage had no mapping."""

from datetime import datetime

from services.connectors.storage import deliveries, unmapped
from services.connectors.use_cases.understand_body import Reading, find_stages
from shared.db.engine import Sessions


async def reconsider_unmapped(sessions: Sessions, reading: Reading, *, now: datetime) -> int:
    """Queue the stages that have a mapping by now; returns how many bodies were read again.

    Rejections stay as they were posted: their reason was recorded as unspecified, and an event is for ever.
    """
    async with sessions.alone() as connection:
        bodies = await unmapped.bodies_of_stages(connection)
    for body_hash in bodies:
        async with sessions.begin_raw() as transaction:
            delivery = await deliveries.find(transaction.connection, body_hash, locking="FOR UPDATE")
            if delivery is not None:
                await find_stages(transaction.connection, delivery, reading, now)
    return len(bodies)
