"""Read deliveries and their status."""

from collections.abc import Sequence

from services.connectors.storage import deliveries, postings, unmapped
from services.connectors.storage.deliveries import Delivery, DeliveryStatus
from services.connectors.storage.postings import Posting
from services.connectors.storage.unmapped import UnmappedCount
from shared.db.engine import Sessions


async def list_deliveries(
    sessions: Sessions, *, status: DeliveryStatus | None, before: int | None, limit: int
) -> Sequence[Delivery]:
    """Deliveries, the newest first, below a number."""
    async with sessions.alone() as connection:
        return await deliveries.page(connection, status=status, before=before, limit=limit)


async def get_delivery(sessions: Sessions, body_hash: str) -> tuple[Delivery, Sequence[Posting]] | None:
    """A delivery and what was posted for it, or None."""
    async with sessions.alone() as connection:
        delivery = await deliveries.find(connection, body_hash)
        every = await postings.of_deliveries(connection, [body_hash])
    return (delivery, every.get(body_hash, [])) if delivery else None


async def list_unmapped(sessions: Sessions, *, kind: str | None, limit: int) -> Sequence[UnmappedCount]:
    """Names without a mapping, the most frequent first."""
    async with sessions.begin() as session:
        return await unmapped.counts(session, kind, limit)


async def count_deliveries(sessions: Sessions) -> dict[str, int]:
    """How many deliveries have each status."""
    async with sessions.begin() as session:
        return await deliveries.count_by_status(session)
