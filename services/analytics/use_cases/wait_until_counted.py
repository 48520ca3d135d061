"""Wait until events and records are counted: one look at the database for all who wait in this process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.analytics.domain.awaited import Awaited
from services.analytics.domain.errors import NotCountedYet
from services.analytics.domain.projector import GROUP
from services.analytics.storage import heads
from shared.db.engine import Sessions

LOOK_EVERY = 0.01
AT_MOST_EVERY = 0.004
"""Seconds between two looks when somebody new has come."""
LISTED = 100
"""How many of the missing a problem names."""


@dataclass(eq=False, slots=True)
class _Waiter:
    missing: list[Awaited]
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first look."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None


class ProjectionWaiter:
    """Where requests wait for what they named; one a process. It looks only while somebody waits."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._waiters: set[_Waiter] = set()
        self._came = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, awaited: Sequence[Awaited], *, seconds: float) -> None:
        """Return once all are counted. Raises NotCountedYet, with what is missing, when they are not after ``seconds``."""
        if not awaited:
            return
        waiter = _Waiter(list(awaited))
        self._waiters.add(waiter)
        self._came.set()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_on())
        try:
            async with asyncio.timeout(seconds):
                await waiter.done.wait()
        except TimeoutError:
            await waiter.looked.wait()  # who waits for no time at all is told what a first look found
        finally:
            self._waiters.discard(waiter)
        if waiter.fault is not None:
            raise waiter.fault
        if waiter.missing:
            raise _not_counted(waiter.missing, len(awaited), seconds)

    async def _look_on(self) -> None:
        while self._waiters:
            self._came.clear()
            waiting = list(self._waiters)
            try:
                await self._look(waiting)
            except Exception as fault:  # noqa: BLE001 - raised again in every request that waits
                for waiter in waiting:
                    waiter.fault = fault
                    _let_go(waiter)
                    self._waiters.discard(waiter)
                continue
            await asyncio.sleep(AT_MOST_EVERY)
            try:
                await asyncio.wait_for(self._came.wait(), LOOK_EVERY - AT_MOST_EVERY)
            except TimeoutError:
                continue

    async def _look(self, waiting: Sequence[_Waiter]) -> None:
        async with self._sessions.begin() as session:
            wanted = {one for waiter in waiting for one in waiter.missing}
            missing = set(await heads.not_reached(session, GROUP, list(wanted)))
        for waiter in waiting:
            waiter.missing = [one for one in waiter.missing if one in missing]
            waiter.looked.set()
            if not waiter.missing:
                _let_go(waiter)

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])


def _let_go(waiter: _Waiter) -> None:
    waiter.looked.set()
    waiter.done.set()


def _not_counted(missing: Sequence[Awaited], awaited: int, seconds: float) -> NotCountedYet:
    names = [one.text for one in missing]
    return NotCountedYet(
        f"{len(names)} of {awaited} are not counted after {seconds:g} s: {', '.join(names[:3])}" + (", ..." if names[3:] else ""),
        extra={"missing": names[:LISTED], "missing_count": len(names)},
    )
