"""Rebuild attempts and counters from the facts beside the live tables, and compare them with what is there."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.analytics.domain.pursuits import AttemptRow, Key
from services.analytics.storage import attempts, column_feed, counters, drift, facts, locks, people, profiles, pursuits, shadow
from services.analytics.storage.shadow import Progress
from services.analytics.use_cases.refold import Grouped, fold_again
from shared.db.asyncpg_connection import Driver, driver
from shared.db.engine import Sessions

PAGE = 500
CATCH_UP_ROUNDS = 5
"""So often it catches up beside the projector; what is left then is done while everybody else waits."""


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

    The projector goes on meanwhile: each page is of one state of the database and takes no lock; whoever changed since is folded
    again, the last of them with everybody else kept out. It goes on where one was that did not end. ``progress`` is given how
    many pursuits are done, and which share of the streams, 0 to 1.
    """
    async with sessions.begin() as session:
        if await shadow.progress(session) is None:
            await shadow.create(session, shadow.ATTEMPTS)
            await shadow.note(session, Progress(await column_feed.horizon(session), None, 0, 0))
    while (done := await _next_page(sessions, now, ghost_after)) is not None:
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
        found = await shadow.progress(session)
        assert found is not None
        persons = await shadow.changed(session, found.since)
        for start in range(0, len(persons), PAGE):
            await _fold_beside(sessions, connection, persons[start : start + PAGE], now, ghost_after)
        wrong = await counters.unequal(session, shadow.COUNTERS)
        await shadow.put_in_place(session)
        await drift.forget(session)
    progress(found.pursuits, 1.0)
    return Rebuilt(found.pursuits, found.attempts_wrong, wrong)


async def _next_page(sessions: Sessions, now: datetime, ghost_after: timedelta) -> Progress | None:
    """Fold the next streams beside; None at the end."""
    async with sessions.begin() as session:
        connection = await driver(session)
        await column_feed.see_one_state(session)
        found = await shadow.progress(session)
        assert found is not None, "another rebuild has ended this one"
        streams = await facts.streams_after(connection, found.after, PAGE)
        if not streams:
            return None
        _, rows = await _fold_page(connection, set(streams), now, ghost_after)
        wrong = await _differences(connection, rows)
        await _keep_profiles(sessions, rows)
        await shadow.save(connection, rows)
        done = Progress(found.since, streams[-1], found.pursuits + len(rows), found.attempts_wrong + wrong)
        await shadow.note(session, done)
        return done


async def _catch_up(sessions: Sessions, now: datetime, ghost_after: timedelta) -> int:
    """Fold again beside who changed since the rebuild began, or since the last time; returns how many."""
    async with sessions.begin() as session:
        await column_feed.see_one_state(session)
        found = await shadow.progress(session)
        assert found is not None, "another rebuild has ended this one"
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
) -> tuple[set[UUID], dict[Key, list[AttemptRow]]]:
    """The persons of these streams, and all rows that the facts give for them: of nobody else.

    A pursuit that has attempts and no facts has no rows.
    """
    links = await people.links_of(connection, streams)
    persons = {links.person_of(stream) for stream in streams} | streams
    known = await pursuits.of(connection, links.streams_of(persons), persons)
    grouped = Grouped.of(known.facts, links)
    return persons, fold_again({*grouped.placed, *known.counted}, grouped, known, now=now, ghost_after=ghost_after)


async def _differences(connection: Driver, rows: Mapping[Key, Sequence[AttemptRow]]) -> int:
    """How many attempts are stored otherwise than they should be, missing or too many."""
    stored = await attempts.rows_of(connection, rows)
    wanted = {(row.person, row.position, row.number): row for some in rows.values() for row in some}
    return sum(stored.get(key) != wanted.get(key) for key in stored.keys() | wanted.keys())
