"""Who of everybody fits a position, and what each change of it would add."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from services.analytics.domain.fit.asks import Asks
from services.analytics.domain.fit.counting import Counting
from services.analytics.domain.fit.pool import Pool
from services.analytics.storage import column_feed, pool, positions
from services.analytics.use_cases.threads import to_the_end
from shared.db.engine import Sessions
from shared.errors import NotFound
from shared.fit import Rates

Found = TypeVar("Found")


class PositionUnknown(NotFound):
    """No record of the position has arrived."""

    code = "position_unknown"
    title = "Nothing is known of this position yet"


class FitReader:
    """Answers from a pool that the process keeps; each answer first takes in what changed since the last.

    The first one reads everybody, some 5 s for a million people.
    """

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self._pool = Pool()
        self._since = 0
        self._one_at_a_time = asyncio.Lock()

    async def read(
        self,
        sessions: Sessions,
        position: UUID,
        count: Callable[[Counting, Asks], Found],
        changes: Mapping[str, Any] | None = None,
    ) -> Found:
        """What ``count`` says of the position, with changes. Raises PositionUnknown."""
        async with self._one_at_a_time, sessions.begin() as session:
            await column_feed.see_one_state(session, for_long=True)
            snapshot = await positions.snapshot_of(session, position)
            if snapshot is None:
                raise PositionUnknown(f"No record of the position {position} has arrived here.")
            horizon = await column_feed.horizon(session)
            if self._since:
                changed = await pool.changed(session, self._since)
                await to_the_end(partial(self._pool.update, changed))
            else:
                async for some in pool.everybody(session):
                    await to_the_end(partial(self._pool.update, some))
            self._since = horizon
            asks = Asks.of(snapshot).changed(changes or {})
            return await to_the_end(lambda: count(Counting(self._pool, self.rates), asks))
