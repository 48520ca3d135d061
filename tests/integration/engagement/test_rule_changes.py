"""A changed file of rules: at the next start everybody is derived anew, in chunks, and a clock that was killed goes on."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.storage.rederivation import Progress, next_people, progress
from services.engagement.use_cases import follow_policy as following
from services.engagement.use_cases.derive_people import derive_people
from services.engagement.use_cases.follow_policy import fingerprint_of, follow_policy, notice_policy
from services.engagement.use_cases.run_clock import tick
from shared.db.engine import Sessions
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.waiting import eventually

NOW = at("2026-03-10")
PEOPLE = 5


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """Five people who declined for salary, derived by the rules that come with the release, which the clock has seen."""
    desk = Desk(ats, engagement, settings)
    for number in range(PEOPLE):
        await desk.soft_no(f"ats:{number}")
    await notice_policy(engagement, now=NOW, settings=settings)
    await tick(engagement, now=NOW, settings=settings)
    return desk


def changed(desk: Desk, folder: Path, days: int = 7) -> EngagementSettings:
    file = folder / f"returns-{days}.toml"
    file.write_text(f"salary_days = {days}\n")
    return EngagementSettings(database_url=desk.settings.database_url, jwks_file=desk.settings.jwks_file, returns=file)


async def due_times(desk: Desk) -> list[str]:
    return [one["due_at"] for one in (await desk.ats.get("/v1/returns"))["items"]]


async def how_far(desk: Desk) -> Progress | None:
    async with desk.sessions.own_connection() as connection:
        return await progress(connection)


async def test_people_of_whom_nothing_was_pursued_are_among_them(desk: Desk, tmp_path: Path) -> None:
    await desk.post(event("candidate.rated_us", of="ats:visitor", at="2026-03-02", score=9))

    await notice_policy(desk.sessions, now=NOW, settings=changed(desk, tmp_path))

    assert await how_far(desk) == Progress(0, PEOPLE + 1, is_complete=False)


async def test_everybody_is_derived_by_the_new_rules_once(desk: Desk, tmp_path: Path) -> None:
    settings = changed(desk, tmp_path)
    assert await how_far(desk) == Progress(PEOPLE, PEOPLE, is_complete=True)

    await notice_policy(desk.sessions, now=NOW, settings=settings)
    assert await how_far(desk) == Progress(0, PEOPLE, is_complete=False)
    async with desk.sessions.own_connection() as connection:
        assert await is_anything_due(connection, NOW)
    await tick(desk.sessions, now=NOW, settings=settings)

    assert set(await due_times(desk)) == {"2026-03-09T12:00:00Z"}
    assert await how_far(desk) == Progress(PEOPLE, PEOPLE, is_complete=True)
    assert [one.raw["change"] for one in await desk.events("rekindle.return_plan.")] == ["appeared"] * 5 + ["changed"] * 5

    await notice_policy(desk.sessions, now=NOW, settings=settings)
    assert await follow_policy(desk.sessions, now=NOW, settings=settings) == 0


_MANY = "INSERT INTO relationships (candidate_id, person_id, sequence) SELECT id, id, 1 FROM ids"
_READ = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'relationships'"


async def test_once_all_are_derived_nobody_is_read_to_find_that_out(desk: Desk) -> None:
    async with desk.sessions.begin() as session:
        await session.execute(text(f"WITH ids AS (SELECT gen_random_uuid() AS id FROM generate_series(1, 5000)) {_MANY}"))
    async with desk.sessions.own_connection() as connection:
        await connection.execute("ANALYZE relationships")

    async with desk.sessions.begin() as session:
        before = await session.scalar(text(_READ))
        assert await next_people(session, fingerprint_of(desk.settings.policy), 500) == []
        assert await session.scalar(text(_READ)) == before


async def test_a_clock_that_was_killed_goes_on_where_it_stopped(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 2)
    settings = changed(desk, tmp_path)
    await notice_policy(desk.sessions, now=NOW, settings=settings)

    assert await follow_policy(desk.sessions, now=NOW, settings=settings, seconds=0) == 2
    assert await how_far(desk) == Progress(2, PEOPLE, is_complete=False)
    await notice_policy(desk.sessions, now=NOW, settings=settings)

    assert await follow_policy(desk.sessions, now=NOW, settings=settings) == 3
    assert set(await due_times(desk)) == {"2026-03-09T12:00:00Z"}
    assert await how_far(desk) == Progress(PEOPLE, PEOPLE, is_complete=True)


async def test_a_clock_of_the_rules_before_moves_no_mark_of_the_newer(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 2)
    older, newer = changed(desk, tmp_path), changed(desk, tmp_path, days=9)
    await notice_policy(desk.sessions, now=NOW, settings=older)
    begun: list[asyncio.Task[None]] = []

    async def derive_as_the_newer_begins(session: AsyncSession, of: Collection[UUID], **how: Any) -> Any:
        if not begun:
            begun.append(asyncio.create_task(notice_policy(desk.sessions, now=NOW, settings=newer)))
            await eventually(noticed_or_waiting, bool, seconds=10)
        return await derive_people(session, of, **how)

    async def noticed_or_waiting() -> bool:
        async with desk.sessions.begin() as session:
            return begun[0].done() or bool(await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))

    monkeypatch.setattr(following, "derive_people", derive_as_the_newer_begins)
    assert await follow_policy(desk.sessions, now=NOW, settings=older, seconds=0) == 2
    await begun[0]
    assert await how_far(desk) == Progress(0, PEOPLE, is_complete=False)

    assert await follow_policy(desk.sessions, now=NOW, settings=older) == 0
    assert await how_far(desk) == Progress(0, PEOPLE, is_complete=False)
    assert await follow_policy(desk.sessions, now=NOW, settings=newer) == PEOPLE
    assert set(await due_times(desk)) == {"2026-03-11T12:00:00Z"}
