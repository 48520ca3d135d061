"""analytics.producers: how much each service's relay has not published yet, so that freshness counts it too."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.reports import Report
from services.analytics.storage import producers
from shared.events import Event, RelayReported, Topic
from shared.kafka.consumer import Subscription

GROUP = "analytics.producers"


async def note(session: AsyncSession, events: Sequence[Event]) -> None:
    """Keep the newest report of each service; what else is on the control topic is for others."""
    found = [
        Report(event.data.service, event.data.backlog, event.data.oldest_at, event.time)
        for event in events
        if isinstance(event.data, RelayReported)
    ]
    if found:
        await producers.save(session, found)


SUBSCRIPTION = Subscription(GROUP, (Topic.CONTROL,), note)
