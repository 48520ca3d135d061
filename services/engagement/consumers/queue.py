"""The re-engagement queue follows the facts on the bus: items are made by events, never inside the request that caused them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.refresh_queue import refresh_streams
from shared.events import Event, Topic
from shared.inbox.processor import Handler
from shared.kafka.consumer import Subscription

GROUP = "engagement.queue"
AT_ONCE = 500
"""Records in one transaction; each person's items are locked until it ends."""


def queue_subscription(settings: EngagementSettings) -> Subscription:
    """What keeps the queue up to date."""
    return Subscription(GROUP, (Topic.ENGAGEMENT,), follow_facts(settings), max_records=AT_ONCE)


def follow_facts(settings: EngagementSettings) -> Handler:
    """A handler that makes the items of every person anew whom a batch touches."""

    async def handler(session: AsyncSession, events: Sequence[Event]) -> None:
        streams = {event.subject for event in events if event.subject is not None}
        await refresh_streams(session, streams, now=datetime.now(UTC), settings=settings)

    return handler
