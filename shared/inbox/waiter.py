"""Wait until a service's consumers have applied what a client names: one look at the database for all who wait in a process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.db.engine import Sessions
from shared.errors import TimedOut
from shared.events import Topic

LOOK_EVERY = 0.01
LOOK_AT_LEAST_EVERY = 0.1
"""Seconds between two looks. The longer the newest waiter has waited, the less a look more or less matters."""
AT_MOST_EVERY = 0.004
"""Seconds between two looks when somebody new has come."""
LISTED = 100
"""How many of the missing a problem names."""


class NotCountedYet(TimedOut):
    """What was waited for is not applied yet; the problem's ``missing`` lists it."""

    code = "not_counted_yet"
    title = "Not everything that was waited for is counted yet"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A place in a stream; it is applied once the stream's head has reached it."""

    topic: Topic
    stream: UUID
    sequence: int
    text: str
    """As the client wrote it."""


Pending = Callable[[Sessions, set[Awaited]], Awaitable[set[Awaited]]]


@dataclass(eq=False, slots=True)
class _Waiter:
    missing: list[Awaited]
    since: float = field(default_factory=time.monotonic)
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first look."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def release(self) -> None:
        self.looked.set()
        self.done.set()


class ProjectionWaiter:
    """Where requests wait for what they named; one a process and service. It looks only while somebody waits.

    ``groups`` says of each topic whose effects the service's answers show: the consumer group that applies it, whose heads are
    in the service's own database. ``pending`` picks, from what was applied, that whose effects are still to follow.
    """

    def __init__(self, sessions: Sessions, groups: Mapping[Topic, str], *, pending: Pending | None = None) -> None:
        self._sessions = sessions
        self._pending = pending
        self._groups = groups
        self._waiters: set[_Waiter] = set()
        self._came = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    async def wait(self, awaited: Sequence[Awaited], *, seconds: float) -> None:
        """Return once all are applied. Raises NotCountedYet, with what is missing, when they are not after ``seconds``."""
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
            await waiter.looked.wait()  # who waits for no time at all gets what a first look found
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
            began = time.monotonic()
            try:
                await self._look(waiting)
            except Exception as fault:  # noqa: BLE001 - raised again in every request that waits
                for waiter in waiting:
                    waiter.fault = fault
                    waiter.release()
                    self._waiters.discard(waiter)
                continue
            self._waiters.difference_update([waiter for waiter in waiting if not waiter.missing])
            if self._waiters:
                await self._pause(took=time.monotonic() - began)

    async def _pause(self, *, took: float) -> None:
        """Until the next look: soon for who has just come, seldom where all have waited long or a look is dear."""
        waited = time.monotonic() - max(waiter.since for waiter in self._waiters)
        seconds = min(LOOK_AT_LEAST_EVERY, max(LOOK_EVERY, waited / 4, took))
        await asyncio.sleep(AT_MOST_EVERY)
        try:
            async with asyncio.timeout(seconds - AT_MOST_EVERY):
                await self._came.wait()
        except TimeoutError:
            return

    async def _look(self, waiting: Sequence[_Waiter]) -> None:
        wanted = {one for waiter in waiting for one in waiter.missing}
        missing = await not_reached(self._sessions, self._groups, wanted)
        if self._pending is not None and wanted - missing:
            missing |= await self._pending(self._sessions, wanted - missing)
        for waiter in waiting:
            waiter.missing = [one for one in waiter.missing if one in missing]
            waiter.looked.set()
            if not waiter.missing:
                waiter.release()

    async def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])


async def not_reached(sessions: Sessions, groups: Mapping[Topic, str], awaited: set[Awaited]) -> set[Awaited]:
    """Those of the awaited that the groups have not applied yet."""
    asked = list(awaited)
    # A subquery, so that each head is looked up by its key, whatever PostgreSQL guesses about a large table.
    rows = await sessions.fetch_alone(
        """
        SELECT nth FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[])
            WITH ORDINALITY AS wanted (group_name, topic, stream, sequence, nth)
        WHERE wanted.sequence > coalesce((
            SELECT head.sequence FROM inbox_heads AS head WHERE head.group_name = wanted.group_name
                AND head.topic = wanted.topic AND head.stream = wanted.stream
        ), 0)
        """,
        [groups[one.topic] for one in asked],
        [one.topic.value for one in asked],
        [one.stream for one in asked],
        [one.sequence for one in asked],
    )
    return {asked[nth - 1] for (nth,) in rows}


def _not_counted(missing: Sequence[Awaited], awaited: int, seconds: float) -> NotCountedYet:
    names = [one.text for one in missing]
    return NotCountedYet(
        f"{len(names)} of {awaited} had no effect after {seconds:g} s: {', '.join(names[:3])}" + (", ..." if names[3:] else ""),
        extra={"missing": names[:LISTED], "missing_count": len(names)},
    )
