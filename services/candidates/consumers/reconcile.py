"""candidates.reconcile: the control topic. Who misses events gets them, and who has erased a person is noted."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.candidates.use_cases.erasures import publish_again, take_confirmations
from services.candidates.use_cases.holdings import TOPICS, CandidatesHoldings
from shared.db.asyncpg_connection import driver
from shared.db.engine import notify_after_commit
from shared.events import ErasureConfirmed, Event
from shared.inbox.processor import Handler
from shared.kafka.consumer import Subscription
from shared.reconciliation.responder import responder

LOOK_EVERY = 30.0
"""Seconds between two looks for erasures that nobody has confirmed for long. The relays report more often than that."""


@dataclass(slots=True)
class Reconciler:
    """The handler; ``repeat`` answers those who miss events, ``shards`` is the number of partitions of the topics."""

    repeat: Handler
    shards: int
    looked_at: float = field(default_factory=time.monotonic)

    async def __call__(self, session: AsyncSession, events: Sequence[Event]) -> None:
        """Repeat what is missed, note confirmations, and now and then publish again what is not confirmed."""
        await self.repeat(session, events)
        now = datetime.now(UTC)
        confirmed = [event.data for event in events if isinstance(event.data, ErasureConfirmed)]
        if confirmed:
            await take_confirmations(await driver(session), confirmed, now=now)
        if time.monotonic() - self.looked_at >= LOOK_EVERY:
            self.looked_at = time.monotonic()
            if await publish_again(await driver(session), now=now, shards=self.shards):
                notify_after_commit(session)


def reconciler(shards: int) -> Subscription:
    """What candidates reads on the control topic."""
    plain = responder("candidates", CandidatesHoldings(shards), TOPICS, shards=shards)
    return Subscription(plain.group, plain.topics, Reconciler(plain.handler, shards))
