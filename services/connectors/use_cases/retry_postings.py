"""Post again what could not be posted before, or whose request was cut off; and end what waited for a merge that did not come."""

from collections.abc import Callable
from datetime import datetime, timedelta

from services.connectors.domain.greenhouse.body import read_body
from services.connectors.domain.greenhouse.translation import Receipt, reference
from services.connectors.domain.intents import Erasure
from services.connectors.rekindle_api import RekindleApi
from services.connectors.storage import deliveries, knowledge, postings
from services.connectors.storage.deliveries import Delivery, DeliveryStatus
from services.connectors.use_cases.forget_person import forget_person
from services.connectors.use_cases.post_deliveries import post_deliveries
from services.connectors.use_cases.posted import LeasedDelivery, posting_of
from services.connectors.use_cases.understand_body import names_of
from shared.db.asyncpg_connection import write_together
from shared.db.engine import Sessions

BATCH = 20
LEASE = timedelta(seconds=120)


async def retry_postings(sessions: Sessions, api: RekindleApi, *, clock: Callable[[], datetime]) -> int:
    """Post what is due; returns how many deliveries were tried. None other tries them meanwhile."""
    now = clock()
    lease = now + LEASE
    async with sessions.alone() as connection:
        due = await deliveries.lease_due(connection, now, lease, BATCH)
    for delivery in due:
        if delivery.waits_for_merge:
            await _erase_unmerged(sessions, delivery)
    leased = [LeasedDelivery(one.body_hash, lease, one.status, one.reason, None, one.attempts) for one in due]
    if leased:
        await post_deliveries(sessions, api, leased, now=clock())
    return len(due)


async def _erase_unmerged(sessions: Sessions, delivery: Delivery) -> None:
    """Queue the erasure that a deletion waited with, in case it belonged to a merge, where none came."""
    if delivery.raw is None:
        return
    body = read_body(delivery.raw)
    async with sessions.begin_raw(knowledge.locking(names_of(body))) as transaction:
        connection = transaction.connection
        current = await deliveries.find(connection, delivery.body_hash)
        if current is None or not current.waits_for_merge or body.candidate is None:
            return
        erasure = posting_of(Erasure(reference(body.candidate)), Receipt(delivery.body_hash, delivery.received_at))
        queued = {"status": DeliveryStatus.QUEUED, "reason": None}
        writes = [deliveries.changing(delivery.body_hash, queued), *postings.adding(delivery.body_hash, [erasure])]
        await write_together(connection, writes)
        await forget_person(connection, body.candidate, body.deleted_applications, delivery.received_at)
