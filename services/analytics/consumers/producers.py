"""analytics.producers: how much each service's relay has not published yet, for freshness; and the check of counters."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.reports import Report
from services.analytics.storage import producers
from services.analytics.use_cases.check_drift import DriftChecker
from shared import clock
from shared.events import Event, RelayReported, Topic
from shared.kafka.consumer import Subscription

GROUP = "analytics.producers"
DRIFT = DriftChecker()
"""The reports of the relays come every few seconds: the check needs no clock of its own."""


async def note(session: AsyncSession, events: Sequence[Event]) -> None:
    """Keep the newest report of each service; what else is on the control topic is for others."""
    found = [
        Report(event.data.service, event.data.backlog, event.data.oldest_at, event.time)
        for event in events
        if isinstance(event.data, RelayReported)
    ]
    if found:
        await producers.save(session, found)
        await DRIFT.check_when_due(session, now=clock.now())


SUBSCRIPTION = Subscription(GROUP, (Topic.CONTROL,), note)
