"""Who of everybody fits a position, and what each change of it would add."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.fit.asks import Asks
from services.analytics.domain.fit.counting import Counting
from services.analytics.domain.fit.pool import Pool
from services.analytics.storage import bars, column_feed, pool, positions
from services.analytics.storage.pool import Person
from services.analytics.use_cases.bars import bars_of
from services.analytics.use_cases.threads import to_the_end
from shared.db.asyncpg_connection import driver
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

    def __init__(self, rates: Rates, *, ghost_after: timedelta) -> None:
        self.rates = rates
        self._ghost_after = ghost_after
        self._hired: set[UUID] = set()
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
            await self._take_in(session)
            self._since = horizon
            asks = Asks.of(snapshot).changed(changes or {})
            return await to_the_end(lambda: count(Counting(self._pool, self.rates), asks))

    async def _take_in(self, session: AsyncSession) -> None:
        """Take in who changed since the last answer, at first everybody, each with what bars them."""
        connection = await driver(session)
        if not self._since:
            barred = await bars_of(connection, None, ghost_after=self._ghost_after)
            async for some in pool.everybody(session):
                await self._update(some, barred)
            return
        attempts = await bars.changed(connection, self._since)
        others = [person for person, is_hire in attempts.items() if is_hire or person in self._hired]
        if changed := await pool.changed(session, self._since, others):
            barred = await bars_of(connection, [person for person, _ in changed], ghost_after=self._ghost_after)
            await self._update(changed, barred)

    async def _update(self, people: Sequence[Person], barred: Mapping[UUID, frozenset[str]]) -> None:
        none: frozenset[str] = frozenset()
        described = [one._replace(bars=barred.get(person, none)) for person, one in people]
        await to_the_end(partial(self._pool.update, described))
        self._hired.difference_update(person for person, _ in people)
        self._hired.update(person for person, _ in people if "hired" in barred.get(person, none))
