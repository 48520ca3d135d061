"""Rebuild attempts and counters from the facts, and compare them with what is there."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.domain.pursuits import AttemptRow, Key
from services.analytics.storage import attempts, counters, facts, locks, people, pursuits
from services.analytics.storage.attempts import Counted
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import Driver, driver
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
    """Fold every pursuit from the facts, a page of persons at a time, then rebuild the counters from the attempts.

    The projector goes on meanwhile, between pages. ``progress`` is given how many pursuits are done.
    """
    done = wrong = 0
    async for persons in _pages(sessions):
        async with sessions.begin() as session:
            connection = await driver(session)
            await locks.lock_exclusive(connection)
            rows, counted = await _fold_page(connection, persons, now, ghost_after)
            wrong += await _differences(connection, rows)
            await pursuits.replace(connection, rows, counted)
        done += len(rows)
        progress(done)
    async with sessions.begin() as session:
        await locks.lock_exclusive(await driver(session))
        wrong_counters = await counters.rebuild(session)
    return Rebuilt(done, wrong, wrong_counters)


async def compare(sessions: Sessions, *, now: datetime, ghost_after: timedelta) -> Rebuilt:
    """As ``rebuild``, but changes nothing."""
    done = wrong = 0
    async for persons in _pages(sessions):
        async with sessions.begin() as session:
            connection = await driver(session)
            await locks.lock_exclusive(connection)
            rows, _ = await _fold_page(connection, persons, now, ghost_after)
            wrong += await _differences(connection, rows)
        done += len(rows)
    async with sessions.begin() as session:
        await locks.lock_exclusive(await driver(session))
        return Rebuilt(done, wrong, await counters.differences(session))


async def _pages(sessions: Sessions) -> AsyncIterator[set[UUID]]:
    """Everybody who has a fact or an attempt, as streams and persons, a page at a time."""
    for pages in (facts.streams_after, attempts.persons_without_facts):
        after: UUID | None = None
        while True:
            async with sessions.begin() as session:
                page = await pages(await driver(session), after, PAGE)
            if not page:
                break
            after = page[-1]
            yield set(page)


async def _fold_page(
    connection: Driver, streams: set[UUID], now: datetime, ghost_after: timedelta
) -> tuple[dict[Key, list[AttemptRow]], Mapping[Key, Sequence[Counted]]]:
    """The rows that the facts give for the persons of these streams, and what is counted of them.

    A pursuit that has attempts and no facts has no rows.
    """
    links = await people.links_of(connection, streams)
    persons = {links.person_of(stream) for stream in streams} | streams
    known = await pursuits.of(connection, links.streams_of(persons), persons)
    grouped = Grouped.of(known.facts, links)
    rows = fold_again({*grouped.placed, *known.counted}, grouped, known, now=now, ghost_after=ghost_after)
    return rows, known.counted


async def _differences(connection: Driver, rows: Mapping[Key, Sequence[AttemptRow]]) -> int:
    """How many attempts are stored otherwise than they should be, missing or too many."""
    stored = await attempts.rows_of(connection, rows)
    wanted = {(row.person, row.position, row.number): row for some in rows.values() for row in some}
    return sum(stored.get(key) != wanted.get(key) for key in stored.keys() | wanted.keys())
