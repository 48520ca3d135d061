"""Attempts and counters can be made again from the facts, and equal what the projector made."""

import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.profiles import Profile
from services.analytics.storage import column_feed, counters, profiles, shadow
from services.analytics.use_cases import rebuild as rebuild_module
from services.analytics.use_cases.rebuild import Rebuilt, rebuild
from shared.attempts import GHOST_AFTER
from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.events import Topic
from tests.integration.analytics.deliveries import NOW, deliver, from_scratch, tables
from tests.unit.analytics.histories import History, person


async def fill(sessions: Sessions) -> None:
    """Some people, some of whom have two streams, at positions of which one is closed."""
    history = History()
    await deliver(
        sessions,
        *[
            history.fact(kind, f"person-{n}", n, position=f"ats:{n % 4}")
            for n in range(20)
            for kind in ("contacted", "responded")
        ],
    )
    await deliver(sessions, *[history.belongs(f"person-{n}", f"person-{n + 1}") for n in range(0, 20, 4)])
    await deliver(
        sessions, history.position("ats:2", closed=15), history.fact("event.retracted", "person-3", source="ats", id="event-7")
    )


async def again(sessions: Sessions) -> Rebuilt:
    """Rebuild."""
    return await rebuild(sessions, now=NOW, ghost_after=GHOST_AFTER)


async def test_a_rebuild_changes_nothing(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)

    found = await again(analytics)

    assert found.was_equal
    assert found.pursuits == 20
    assert await tables(analytics) == live


async def test_tables_that_are_gone_are_made_again(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)
    async with analytics.begin() as session:
        await session.execute(text("TRUNCATE attempts, counters"))

    await again(analytics)

    assert await tables(analytics) == live


async def test_what_is_wrong_is_found_and_put_right(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)
    holds = "first_at, last_at, first_received_at, last_received_at"
    columns = f"position_id, cohort_at, origin, profile, times, lasting, {holds}"
    async with analytics.begin() as session:
        await session.execute(text("UPDATE counters SET count = count + 1 WHERE measure = 'reached.contacted'"))
        await session.execute(text("UPDATE attempts SET recruiter = 'nobody' WHERE number = 1 AND origin = 'outbound'"))
        await session.execute(
            text(f"INSERT INTO attempts (person, number, {columns}) SELECT gen_random_uuid(), 1, {columns} FROM attempts LIMIT 1")
        )

    assert not (await from_scratch(analytics)).was_equal
    found = await again(analytics)

    assert found.attempts_wrong > 0
    assert found.counters_wrong > 0
    assert await tables(analytics) == live


async def test_all_counters_are_looked_at_however_long_that_takes(analytics: Sessions) -> None:
    await fill(analytics)

    async with analytics.begin() as session:
        await session.execute(text("SET LOCAL statement_timeout = '1min'"))
        assert await counters.differences(session) == 0
        assert await session.scalar(text("SHOW statement_timeout")) == "0"


class KilledError(Exception):
    """Stands for kill -9: nothing after it is done."""


async def test_a_rebuild_that_was_killed_goes_on_where_it_was(analytics: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild_module, "PAGE", 3)
    await fill(analytics)
    live = await tables(analytics)
    seen: list[int] = []

    def killed(done: int, _share: float) -> None:
        seen.append(done)
        if len(seen) == 3:
            raise KilledError

    with pytest.raises(KilledError):
        await rebuild(analytics, now=NOW, ghost_after=GHOST_AFTER, progress=killed)
    assert await tables(analytics) == live
    found = await rebuild(analytics, now=NOW, ghost_after=GHOST_AFTER, progress=killed)

    assert found.was_equal
    assert seen == sorted(seen)
    assert seen[3] > seen[2], "what was done is not done again"
    assert await tables(analytics) == live


async def test_what_another_process_has_done_of_a_rebuild_is_not_done_again(
    analytics: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild_module, "PAGE", 3)
    await fill(analytics)
    live, undisturbed = await tables(analytics), await again(analytics)
    seen: list[int] = []
    keep = profiles.keep

    async def overtaken(connection: Driver, found: Iterable[Profile]) -> None:
        """Before the first page is stored, another process stores it and is killed."""
        monkeypatch.setattr(profiles, "keep", keep)
        with pytest.raises(KilledError):
            await rebuild(analytics, now=NOW, ghost_after=GHOST_AFTER, progress=killed)
        await keep(connection, found)

    def killed(done: int, _share: float) -> None:
        seen.append(done)
        raise KilledError

    monkeypatch.setattr(profiles, "keep", overtaken)
    found = await rebuild(analytics, now=NOW, ghost_after=GHOST_AFTER, progress=lambda done, _share: seen.append(done))

    assert found == undisturbed
    assert seen[0] == seen[1] < seen[2], "the second page follows, and the first is counted once"
    assert await tables(analytics) == live


@asynccontextmanager
async def horizon_held(sessions: Sessions) -> AsyncIterator[None]:
    """A transaction that lasts: whoever changed since it began counts as changed each time that is asked."""
    async with sessions.begin() as session:
        await session.execute(text("SELECT pg_current_xact_id()"))
        yield


@pytest.mark.parametrize("beside", [nullcontext, horizon_held])
@pytest.mark.parametrize("seed", [5, 7, 9])
async def test_what_comes_during_a_rebuild_is_in_it(
    analytics: Sessions,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    beside: Callable[[Sessions], AbstractAsyncContextManager[None]],
) -> None:
    monkeypatch.setattr(rebuild_module, "PAGE", 2)
    await fill(analytics)
    history, chance = History(made=1000), random.Random(seed)
    history.sequences.update({f"{topic}:{person(f'person-{n}')}": 50 for topic in Topic for n in range(20)})
    pages: list[int] = []
    begin = shadow.note

    async def note(session: AsyncSession, now: shadow.Progress) -> None:
        """After each page somebody is written about, linked, parted or taken back, in a transaction of its own."""
        await begin(session, now)
        pages.append(now.pursuits)
        who, other = (f"person-{chance.randrange(20)}" for _ in range(2))
        made = len(pages) % 4
        where = f"ats:{chance.randrange(4)}"
        events = [history.fact(chance.choice(["responded", "hired", "interested"]), who, 10, position=where)]
        if made == 0:
            events = [history.belongs(who, other)]
        if made == 1:
            events.append(history.fact("event.retracted", who, 11, source="ats", id=f"event-{chance.randrange(40)}"))
        await deliver(analytics, *events)

    indexes = text("SELECT indexname FROM pg_indexes WHERE tablename IN ('attempts', 'counters')")
    monkeypatch.setattr(shadow, "note", note)
    async with beside(analytics):
        await again(analytics)

    assert len(pages) > 10
    assert (await from_scratch(analytics)).was_equal
    async with analytics.begin() as session:
        assert await column_feed.epoch(session) == 1
        names = set(await session.scalars(indexes))
    monkeypatch.undo()
    await again(analytics)
    async with analytics.begin() as session:
        again_named = set(
            await session.scalars(text("SELECT indexname FROM pg_indexes WHERE tablename IN ('attempts', 'counters')"))
        )
        options = await session.scalar(text("SELECT reloptions FROM pg_class WHERE relname = 'attempts'"))
    assert again_named == names == {"attempts_pkey", "attempts_by_position", "attempts_by_version", "counters_pkey"}
    assert options == ["fillfactor=90"]
