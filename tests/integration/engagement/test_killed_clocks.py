"""Two clocks at once, killed over and over, bring about once each what time brings: nothing is lost, and nothing said twice."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.use_cases.derive_people import derive_all
from services.engagement.use_cases.follow_policy import notice_policy
from services.engagement.use_cases.run_clock import tick
from shared.db.engine import Sessions
from shared.events import PositionChanged
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.engagement.records import Records

BEFORE, NOW = at("2026-03-03"), at("2026-10-01")
PEOPLE, KILLS = 100, 3
ONCE = (
    "rekindle.pursuit.ghosted",
    "rekindle.queue_item.fell_due",
    "rekindle.obligation.overdue",
)
"""What time brings to each of them."""


async def live(desk: Desk, person: str) -> None:
    """Approached for one position in vain; turned down another, after a reply that nobody answered."""
    await desk.ats.post(
        [
            event(of=person, at=at("2026-03-01").isoformat(), position="ats:first"),
            event(of=person, at=at("2026-03-02").isoformat(), position="ats:second"),
            event("pursuit.responded", of=person, at=(at("2026-03-02") + timedelta(hours=1)).isoformat(), position="ats:second"),
            event(
                "pursuit.declined",
                of=person,
                at=(at("2026-03-02") + timedelta(hours=2)).isoformat(),
                position="ats:second",
                reason="location",
            ),
        ],
        status=207,
    )


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """People whose time came long after they were derived, and a position that was opened since."""
    desk = Desk(ats, engagement, settings, now=BEFORE)
    for number in range(PEOPLE):
        await live(desk, f"ats:{number}")
    await desk.deliver()
    await notice_policy(engagement, now=BEFORE, settings=settings)
    await tick(engagement, now=BEFORE, settings=settings)
    remote = {"position_id": position_id("ats:remote"), "status": "open", "remote": True}
    await Records(engagement, settings).take_over((position_id("ats:remote"), PositionChanged.model_validate(remote)))
    return desk


async def two_clocks(settings: EngagementSettings, rules: Path, *dying: Sequence[object]) -> set[int | None]:
    """Let two clocks work at once until they end, each with how it dies; returns their exit statuses."""
    arguments = [settings.database_url, str(settings.jwks_file), str(rules), NOW.isoformat()]
    command = [sys.executable, "-m", "tests.integration.engagement.ticking", *arguments]
    clocks = [await asyncio.create_subprocess_exec(*command, *map(str, how)) for how in dying]
    return {await clock.wait() for clock in clocks}


async def derived(sessions: Sessions) -> list[str]:
    """Everything that is derived of people, as text."""
    tables = ("pursuits", "queue_items", "leases", "return_plans", "return_conditions", "obligations")
    async with sessions.begin() as session:
        found = [await session.execute(text(f"SELECT {name}::text FROM {name} ORDER BY 1")) for name in tables]
        return [row[0] for rows in found for row in rows]


@pytest.mark.timeout(240)
async def test_two_clocks_that_are_killed_bring_each_thing_about_once(desk: Desk, tmp_path: Path) -> None:
    rules, dice = tmp_path / "returns.toml", random.Random(1)
    rules.write_text("location_days = 30\n")
    settings = EngagementSettings(database_url=desk.settings.database_url, jwks_file=desk.settings.jwks_file, returns=rules)
    left = [await work_left(desk.sessions)]
    for _ in range(KILLS):
        dying = [(dice.randint(2, 6), dice.choice(("commits", "commits not"))) for _ in range(2)]
        assert await two_clocks(settings, rules, *dying) == {-signal.SIGKILL}
        left.append(await work_left(desk.sessions))
    assert len(set(left)) > 2, f"the kills met the clocks at work: {left}"
    assert left[-1] > 0, f"the kills met the clocks at work: {left}"

    assert await two_clocks(settings, rules, (), ()) == {0}

    async with desk.sessions.own_connection() as connection:
        assert not await is_anything_due(connection, NOW)
    counted = await published(desk.sessions)
    everybody = {candidate_id(f"ats:{number}") for number in range(PEOPLE)}
    for kind in ONCE:
        assert {of: count for (type_name, of, _), count in counted.items() if type_name == kind} == dict.fromkeys(everybody, 1), (
            kind
        )
    assert max(counted.values()) == 1, [one for one, count in counted.items() if count > 1]
    live_rows = await derived(desk.sessions)
    await derive_all(desk.sessions, now=NOW, settings=settings)
    assert await derived(desk.sessions) == live_rows
    assert await published(desk.sessions) == counted, "what is derived anew has nothing new to say"


async def work_left(sessions: Sessions) -> int:
    """How much the clocks still have to do."""
    query = """
        SELECT (SELECT total - done FROM rederivation) + (SELECT count(*) FROM obligations WHERE status IN ('open', 'warned'))
            + (SELECT count(*) FROM pursuits WHERE clock_at <= :now) + (SELECT count(*) FROM position_searches)
    """
    async with sessions.begin() as session:
        return int((await session.execute(text(query), {"now": NOW})).scalar_one())


async def published(sessions: Sessions) -> Counter[tuple[str, object, str]]:
    """What was said of whom since the clocks began, each with its content."""
    query = "SELECT type, subject, convert_from(value, 'UTF8') FROM outbox WHERE time >= :since OR type LIKE '%.ghosted'"
    async with sessions.begin() as session:
        rows = await session.execute(text(query), {"since": BEFORE + timedelta(minutes=1)})
        return Counter((row[0], row[1], row[2]) for row in rows)
