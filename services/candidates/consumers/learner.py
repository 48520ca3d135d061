"""candidates.learner: what events teach of people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.use_cases.learn import learn_from
from shared import clock
from shared.db.asyncpg_connection import driver
from shared.db.engine import notify_after_commit
from shared.events import Event, Topic
from shared.kafka.consumer import Subscription

GROUP = "candidates.learner"


@dataclass(frozen=True, slots=True)
class Learner:
    """The handler; ``shards`` is the number of partitions of the topics."""

    shards: int

    async def __call__(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Bring what was learned up to date, and publish people whose market status it changes."""
        if await learn_from(await driver(session), events, now=clock.now(), shards=self.shards):
            notify_after_commit(session)


def subscription(shards: int) -> Subscription:
    """What the learner reads. Nobody waits for what one event teaches, so it takes what comes within half a second together."""
    return Subscription(GROUP, (Topic.ENGAGEMENT,), Learner(shards), windows=5)
