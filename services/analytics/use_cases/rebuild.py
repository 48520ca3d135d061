"""Make attempts and counters again from the facts, and compare them with what is there."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key, attempt_rows
from services.analytics.storage import attempts, counters, facts, locks, people, positions
from services.analytics.use_cases.refold import Grouped, replace
from shared.db.engine import Sessions

PAGE = 500


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was folded again, and how much of it was not as it should have been."""

    pursuits: int
    attempts_wrong: int
    counters_wrong: int

    @property
    def was_equal(self) -> bool:
        """Whether what was there is what the facts say."""
        return self.attempts_wrong == 0 and self.counters_wrong == 0


async def rebuild(
    sessions: Sessions, *, now: datetime, ghost_after: timedelta, progress: Callable[[int], None] = lambda _: None
) -> Rebuilt:
    """Fold every pursuit from the facts, a page of persons at a time, then make the counters again from the attempts.

    The projector goes on meanwhile, between pages. ``progress`` is told how many pursuits are done.
    """
    done = wrong = 0
    async for persons in _pages(sessions):
        async with sessions.begin() as session:
            await locks.lock_exclusive(session)
            rows = await _fold_again(session, persons, now, ghost_after)
            wrong += await _differences(session, rows)
            await replace(session, rows, counted=rows)
        done += len(rows)
        progress(done)
    async with sessions.begin() as session:
        await locks.lock_exclusive(session)
        wrong_counters = await counters.rebuild(session)
    return Rebuilt(done, wrong, wrong_counters)


async def compare(sessions: Sessions, *, now: datetime, ghost_after: timedelta) -> Rebuilt:
    """As ``rebuild``, but changes nothing."""
    done = wrong = 0
    async for persons in _pages(sessions):
        async with sessions.begin() as session:
            await locks.lock_exclusive(session)
            rows = await _fold_again(session, persons, now, ghost_after)
            wrong += await _differences(session, rows)
        done += len(rows)
    async with sessions.begin() as session:
        await locks.lock_exclusive(session)
        return Rebuilt(done, wrong, await counters.differences(session))


async def _pages(sessions: Sessions) -> AsyncIterator[set[UUID]]:
    """Everybody who has a fact or an attempt, as streams and persons, a page at a time."""
    for pages in (facts.streams_after, attempts.persons_without_facts):
        after: UUID | None = None
        while True:
            async with sessions.begin() as session:
                page = await pages(session, after, PAGE)
            if not page:
                break
            after = page[-1]
            yield set(page)


async def _fold_again(
    session: AsyncSession, streams: set[UUID], now: datetime, ghost_after: timedelta
) -> dict[Key, list[AttemptRow]]:
    """The rows that the facts give for the persons of these streams; none for a pursuit that has attempts and no facts."""
    circle = await people.circle(session, streams)
    persons = {circle.person_of(stream) for stream in streams} | streams
    known = await facts.of_streams(session, circle.streams_of(persons))
    folded = Grouped.of(known, circle).pursuits(await attempts.pursuits_of(session, persons), persons)
    closings = await positions.closings(session, {position for _, position in folded})
    return {
        key: attempt_rows(key, found, closings.get(key[1], ()), ghost_after=ghost_after, now=now) if found else []
        for key, found in folded.items()
    }


async def _differences(session: AsyncSession, rows: dict[Key, list[AttemptRow]]) -> int:
    """How many attempts are stored otherwise than they should be, missing or too many."""
    stored = await attempts.rows_of(session, rows)
    wanted = {(row.person, row.position, row.number): row for some in rows.values() for row in some}
    return sum(stored.get(key) != wanted.get(key) for key in stored.keys() | wanted.keys())
