"""Compare some counters with a recomputation now and then, so that a drift is found before somebody relies on it."""

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.storage import drift
from shared.db.engine import Sessions

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""Between two checks, each of one position's counters."""

CHECKED = Gauge("rekindle_analytics_counters_checked", "Counters compared with the attempts since the last rebuild.")
WRONG = Gauge("rekindle_analytics_counters_wrong", "Counters of those that were not the sum of what the attempts say.")


class CountersDrifted(Exception):
    """Counters are not what the attempts say; a rebuild puts them right."""


class DriftChecker:
    """Checks one position after another, from a random one on; who has a loop asks it to, and it works when it is time."""

    def __init__(self, place: UUID | None = None) -> None:
        self._place = place or uuid4()
        self._checked_at: datetime | None = None

    async def check_when_due(self, session: AsyncSession, *, now: datetime) -> None:
        """Check the next position, unless that was done within the last minute."""
        if self._checked_at is None or now - self._checked_at >= EVERY:
            self._checked_at = now
            await self.check(session, now=now)

    async def check(self, session: AsyncSession, *, now: datetime) -> int:
        """Check the next position; returns how many of its counters are wrong."""
        position = await drift.next_position(session, self._place)
        if position is None:
            self._place = UUID(int=0)
            return 0
        self._place = UUID(int=min(position.int + 1, 2**128 - 1))
        if await drift.is_large(session, position):
            return 0
        checked, wrong = await drift.compare(session, position)
        await drift.note(session, checked=checked, wrong=wrong, now=now)
        if wrong:
            logger.error("%d of %d counters of position %s have drifted: rekindle rebuild analytics", wrong, checked, position)
        return wrong


async def measure_drift(sessions: Sessions) -> None:
    """Bring the gauges up to date."""
    async with sessions.begin() as session:
        found = await drift.read(session)
    CHECKED.set(found.checked)
    WRONG.set(found.wrong)


async def have_not_drifted(sessions: Sessions) -> None:
    """A check of health. Raises CountersDrifted."""
    async with sessions.begin() as session:
        found = await drift.read(session)
    if found.wrong:
        raise CountersDrifted(f"{found.wrong} of {found.checked} counters were wrong: rekindle rebuild analytics")
