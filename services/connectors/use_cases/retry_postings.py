"""Post again what could not be posted before, or whose request was cut off."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.connectors.rekindle_api import RekindleApi
from services.connectors.storage import deliveries
from services.connectors.use_cases.post_delivery import post_delivery
from services.connectors.use_cases.understand_body import erase_unmerged
from shared.db.engine import Sessions

BATCH = 20
LEASE = timedelta(seconds=120)


async def retry_postings(sessions: Sessions, api: RekindleApi, *, clock: Callable[[], datetime]) -> int:
    """Post what is due; returns how many deliveries were tried. None other tries them meanwhile."""
    now = clock()
    async with sessions.begin() as session:
        due = await deliveries.lease_due(session, now, now + LEASE, BATCH)
    for body_hash, attempts in due:
        async with sessions.begin() as session:
            delivery = await deliveries.get(session, body_hash)
            if delivery is not None:
                await erase_unmerged(session, delivery)
        await post_delivery(sessions, api, body_hash, now=clock(), attempts=attempts)
    return len(due)
