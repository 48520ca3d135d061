"""Rebuild attempts and counters from the facts beside the live tables, and compare them with what is there."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.pursuits import AttemptRow, Key
from services.analytics.storage import attempts, column_feed, counters, drift, facts, locks, people, profiles, pursuits, shadow
from services.analytics.storage.pursuits import Known
from services.analytics.storage.shadow import Progress
from services.analytics.use_cases.refold import Grouped, fold_again
from services.analytics.use_cases.threads import to_the_end
from shared.db.asyncpg_connection import Driver, driver
from shared.db.engine import Sessions

PAGE = 500
CATCH_UP_ROUNDS = 5
"""So often it catches up beside the projector; what is left then is done while everybody else waits."""

_Stored = Mapping[tuple[UUID, UUID, int], AttemptRow]
"""Rows of attempts by person, position and number."""


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
    sessions: Sessions,
    *,
    now: datetime,
    ghost_after: timedelta,
    progress: Callable[[int, float], None] = lambda _count, _share: None,
) -> Rebuilt:
    """Fold every pursuit from the facts into tables beside, count them, catch up, and put those tables in the place of the live.

    The projector goes on meanwhile: each page is read of one state of the database, without a lock; whoever changed since is
    folded again, the last of them with everybody else kept out. It goes on where one was that did not end. ``progress`` is
    given how many pursuits are done, and which share of the streams, 0 to 1.
    """
    async with sessions.begin() as session:
        if await shadow.progress(session) is None:
            await shadow.create(session, shadow.ATTEMPTS)
            await shadow.note(session, Progress(await column_feed.horizon(session), None, 0, 0))
    async with aclosing(_all_pages(sessions, now, ghost_after)) as pages:
        async for done in pages:
            progress(done.pursuits, 1.0 if done.after is None else done.after.int / 2**128)
    async with sessions.begin() as session:
        await shadow.create(session, shadow.COUNTERS)
        await counters.make(session, shadow.COUNTERS, shadow.ATTEMPTS)
    for _ in range(CATCH_UP_ROUNDS):
        if await _catch_up(sessions, now, ghost_after) < PAGE:
            break
    async with sessions.begin() as session:
        connection = await driver(session)
        await locks.lock_exclusive(connection)
        found = await _progress(session)
        persons = await shadow.changed(session, found.since)
        for start in range(0, len(persons), PAGE):
            await _fold_beside(sessions, connection, persons[start : start + PAGE], now, ghost_after)
        wrong = await counters.unequal(session, shadow.COUNTERS)
        await shadow.put_in_place(session)
        await drift.forget(session)
    progress(found.pursuits, 1.0)
    return Rebuilt(found.pursuits, found.attempts_wrong, wrong)


class _Page(NamedTuple):
    """What a page is folded from, and the attempts that are stored, all of one state of the database."""

    after: UUID | None
    """The last stream of the page before."""
    last: UUID
    keys: set[Key]
    grouped: Grouped
    known: Known
    stored: _Stored


async def _all_pages(sessions: Sessions, now: datetime, ghost_after: timedelta) -> AsyncGenerator[Progress, None]:
    """Fold all streams that are left beside; gives how far it has come after each page.

    The next page is read while one is folded: PostgreSQL works on one, Python on the other. What changes after it was read is
    caught up with all that changes since the rebuild began.
    """

    def fold(page: _Page) -> tuple[dict[Key, list[AttemptRow]], int]:
        rows = fold_again(page.keys, page.grouped, page.known, now=now, ghost_after=ghost_after)
        return rows, _differences(page.stored, rows)

    async with sessions.begin() as session:
        found = await _progress(session)
    reading = asyncio.create_task(_read_page(sessions, found.after))
    try:
        while (page := await reading) is not None:
            reading = asyncio.create_task(_read_page(sessions, page.last))
            rows, wrong = await to_the_end(partial(fold, page))
            await _keep_profiles(sessions, rows)
            async with sessions.begin() as session:
                found = await _progress(session)
                if is_next := found.after == page.after:
                    await shadow.save(await driver(session), rows)
                    found = Progress(found.since, page.last, found.pursuits + len(rows), found.attempts_wrong + wrong)
                    await shadow.note(session, found)
            yield found
            if not is_next:  # another process goes on with the same rebuild
                await _cancel(reading)
                reading = asyncio.create_task(_read_page(sessions, found.after))
    finally:
        await _cancel(reading)


async def _progress(session: AsyncSession) -> Progress:
    found = await shadow.progress(session)
    assert found is not None, "another rebuild has ended this one"
    return found


async def _cancel(reading: asyncio.Task[_Page | None]) -> None:
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def _read_page(sessions: Sessions, after: UUID | None) -> _Page | None:
    """Read the next streams; None at the end."""
    async with sessions.begin() as session:
        connection = await driver(session)
        await column_feed.see_one_state(session)
        streams = await facts.streams_after(connection, after, PAGE)
        if not streams:
            return None
        _, keys, grouped, known = await _facts_of(connection, set(streams))
        return _Page(after, streams[-1], keys, grouped, known, await attempts.rows_of(connection, keys))


async def _catch_up(sessions: Sessions, now: datetime, ghost_after: timedelta) -> int:
    """Fold again beside who changed since the rebuild began, or since the last time; returns how many."""
    async with sessions.begin() as session:
        await column_feed.see_one_state(session)
        found = await _progress(session)
        horizon = await column_feed.horizon(session)
        persons = await shadow.changed(session, found.since)
        connection = await driver(session)
        for start in range(0, len(persons), PAGE):
            await _fold_beside(sessions, connection, persons[start : start + PAGE], now, ghost_after)
        await shadow.note(session, found._replace(since=horizon))
    return len(persons)


async def _fold_beside(
    sessions: Sessions, connection: Driver, changed: Sequence[UUID], now: datetime, ghost_after: timedelta
) -> None:
    persons, rows = await _fold_page(connection, set(changed), now, ghost_after)
    await _keep_profiles(sessions, rows)
    await shadow.replace(connection, persons, rows)


async def _keep_profiles(sessions: Sessions, rows: Mapping[Key, Sequence[AttemptRow]]) -> None:
    """In a transaction of its own: that of a page sees an earlier state, and would keep projectors waiting until its end."""
    async with sessions.begin() as session:
        await profiles.keep(await driver(session), (row.profile for some in rows.values() for row in some))


async def compare(sessions: Sessions, *, now: datetime, ghost_after: timedelta) -> Rebuilt:
    """As ``rebuild``, but changes nothing."""
    done = wrong = 0
    async for persons in _pages(sessions):
        async with sessions.begin() as session:
            connection = await driver(session)
            await locks.lock_exclusive(connection)
            _, rows = await _fold_page(connection, persons, now, ghost_after)
            wrong += _differences(await attempts.rows_of(connection, rows), rows)
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
) -> tuple[set[UUID], dict[Key, list[AttemptRow]]]:
    """The persons of these streams, and all rows that the facts give for them: of nobody else."""
    persons, keys, grouped, known = await _facts_of(connection, streams)
    return persons, fold_again(keys, grouped, known, now=now, ghost_after=ghost_after)


async def _facts_of(connection: Driver, streams: set[UUID]) -> tuple[set[UUID], set[Key], Grouped, Known]:
    """The persons of these streams, all their pursuits, and what is stored of these.

    A pursuit that has attempts and no facts is among them.
    """
    links = await people.links_of(connection, streams)
    persons = {links.person_of(stream) for stream in streams} | streams
    known = await pursuits.of(connection, links.streams_of(persons), persons)
    grouped = Grouped.of(known.facts, links)
    return persons, {*grouped.placed, *known.counted}, grouped, known


def _differences(stored: _Stored, rows: Mapping[Key, Sequence[AttemptRow]]) -> int:
    """How many attempts are stored otherwise than they should be, missing or too many."""
    wanted = {(row.person, row.position, row.number): row for some in rows.values() for row in some}
    return sum(stored.get(key) != wanted.get(key) for key in stored.keys() | wanted.keys())
