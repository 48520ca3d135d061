"""analytics.projector: facts and snapshots become attempts and counters."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.projector import GROUP, TOPICS
from services.analytics.settings import AnalyticsSettings
from services.analytics.use_cases.project import project
from shared import clock
from shared.events import Event
from shared.inbox.replies import reply_after_commit
from shared.kafka.consumer import Subscription

MAX_RECORDS = 5000
"""Records of a batch while the projector is behind: the more, the fewer times a pursuit is folded."""


def projector(settings: AnalyticsSettings) -> Subscription:
    """The subscription of the projector.

    Facts are not validated again, for our own log holds only what ingest has. One that cannot be folded raises, and becomes a
    dead letter all the same.
    """

    async def handler(session: AsyncSession, events: Sequence[Event]) -> None:
        confirmed = await project(session, events, now=clock.now(), ghost_after=settings.ghost_after)
        reply_after_commit(session, confirmed)

    return Subscription(GROUP, TOPICS, handler, max_records=MAX_RECORDS, reads_data=False)
