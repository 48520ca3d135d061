"""engagement.facts: the facts on engagement's own topic, from which everything about a person is derived."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage.streams import SHARE_MAP
from services.engagement.use_cases.derive_people import derive_streams
from shared import clock
from shared.events import Event, Topic
from shared.inbox.processor import Handler
from shared.kafka.consumer import Subscription

GROUP = "engagement.facts"
MAX_FACTS = 750
"""Facts in one transaction. Behind a backlog a person has several, and is derived once for all; each person takes a lock."""


def facts_subscription(settings: EngagementSettings) -> Subscription:
    """What derives every person whom a fact is about."""
    handler = follow_facts(settings)
    return Subscription(GROUP, (Topic.ENGAGEMENT,), handler, max_records=MAX_FACTS, reads_data=False, opening=SHARE_MAP)


def follow_facts(settings: EngagementSettings) -> Handler:
    """A handler that derives the persons whom a batch is about, in a transaction that has shared the map.

    The facts are read from the log, which has them already.
    """

    async def handler(session: AsyncSession, events: Sequence[Event]) -> None:
        streams = {event.subject for event in events if event.subject is not None}
        await derive_streams(session, streams, now=clock.now(), settings=settings)

    return handler
