"""Storing the events of requests that come at the same time together: a transaction costs the same for one as for many.

Nobody waits for company: a request that comes alone is stored at once, and those that come meanwhile go together next.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.engagement.domain.incoming import Incoming
from services.engagement.domain.outcomes import Outcome
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.ingest_events import NamedPositions, ingest_events
from shared import clock
from shared.db.engine import Sessions
from shared.errors import Unavailable

logger = logging.getLogger(__name__)

LANES = 2
"""Transactions at a time: one is prepared while the other waits for the disk."""
BULK = 200
"""From so many waiting events on, a second transaction is worth its cost; fewer are cheaper with those that come meanwhile."""
LANE_BUSY_FOR = 0.05
"""Seconds after which nobody waits any longer for the transaction before theirs: it may wait for a lock."""
LARGEST_BATCH = 1000
"""Events in one transaction, unless a single request brings more."""


@dataclass(slots=True)
class _Request:
    events: Sequence[Incoming]
    answered: asyncio.Future[list[Outcome]]


@dataclass(slots=True)
class EventBatcher:
    """Takes the events of all requests of a process. Each gets its outcomes once its own are committed."""

    sessions: Sessions
    settings: EngagementSettings
    _named: NamedPositions = field(default_factory=NamedPositions)
    _waiting: deque[_Request] = field(default_factory=deque)
    _open: int = field(default=0)
    """Lanes that will look for what waits; a task's own end comes too late for that."""
    _lanes: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting_events: int = field(default=0)
    _last_began: float = field(default=0.0)

    async def ingest(self, events: Sequence[Incoming]) -> list[Outcome]:
        """As ``ingest_events``. Another request's events change nothing about the outcome of these."""
        loop = asyncio.get_running_loop()
        request = _Request(events, loop.create_future())
        self._waiting.append(request)
        self._waiting_events += len(events)
        if not self._open:
            await self._store_alone()
        elif self._open < LANES and (self._waiting_events >= BULK or loop.time() - self._last_began > LANE_BUSY_FOR):
            self._open += 1
            self._begin_lane()
        return await request.answered

    async def _store_alone(self) -> None:
        """Store the one request that waits, in its own task: another would cost more. Those that come meanwhile get a lane."""
        self._open += 1
        try:
            await self._store(self._next())
        finally:
            if self._waiting:
                self._begin_lane()
            else:
                self._open -= 1

    def _begin_lane(self) -> None:
        lane = asyncio.create_task(self._store_waiting())
        self._lanes.add(lane)
        lane.add_done_callback(self._lanes.discard)

    async def _store_waiting(self) -> None:
        try:
            while self._waiting:
                await self._store(self._next())
        finally:
            self._open -= 1

    def _next(self) -> list[_Request]:
        """The requests that go into the next transaction."""
        together = [self._waiting.popleft()]
        count = len(together[0].events)
        while self._waiting and count + len(self._waiting[0].events) <= LARGEST_BATCH:
            count += len(self._waiting[0].events)
            together.append(self._waiting.popleft())
        self._waiting_events -= count
        self._last_began = asyncio.get_running_loop().time()
        return together

    async def _store(self, together: Sequence[_Request]) -> None:
        events = [event for request in together for event in request.events]
        try:
            outcomes = await ingest_events(self.sessions, events, now=clock.now(), settings=self.settings, named=self._named)
        except Unavailable as fault:
            for request in together:
                _fail(request, fault)
            return
        except Exception as error:
            if len(together) == 1:
                _fail(together[0], error)
                return
            logger.warning("one of %d requests cannot be stored; each is tried for itself", len(together), exc_info=True)
            for request in together:
                await self._store([request])
            return
        remaining = iter(outcomes)
        for request in together:
            own = [next(remaining) for _ in request.events]
            if not request.answered.done():
                request.answered.set_result(own)


def _fail(request: _Request, error: Exception) -> None:
    if not request.answered.done():
        request.answered.set_exception(error)
