"""Whatever the order, the company and the moment: the pursuits are what one fold of all accepted facts says."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.engagement.domain.pursuit_view import describe
from services.engagement.settings import EngagementSettings
from shared.attempts import FoldFact, fact_of, fold
from shared.db.engine import Sessions
from shared.ids import candidate_id, position_id, pursuit_id
from tests.integration.engagement.following import clock
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.records import Records

PEOPLE = ["ats:ada", "ats:bob", "gem:ada"]
POSITIONS = ["ats:one", "ats:two"]
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("pursuit.sourced", {}),
    ("pursuit.applied", {}),
    ("pursuit.contacted", {}),
    ("pursuit.contacted", {"purpose": "reply"}),
    ("pursuit.responded", {"mood": "positive"}),
    ("pursuit.responded", {}),
    ("pursuit.interested", {}),
    ("pursuit.stage_entered", {"stage": "offered"}),
    ("pursuit.stage_entered", {"stage": "screening"}),
    ("pursuit.no_show", {}),
    ("pursuit.declined", {"reason": "salary"}),
    ("pursuit.rejected", {}),
    ("pursuit.hired", {}),
]
NOW = datetime.now(UTC) + timedelta(days=1)
"""Later than whatever the tests do, however long the whole run takes."""


def story(chance: random.Random, length: int = 60) -> list[dict[str, Any]]:
    """Facts of some people and positions over some months, and a few retractions of them."""
    results: list[dict[str, Any]] = []
    for _ in range(length):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 200))
        if results and chance.random() < 0.1:
            undone = chance.choice([one for one in results if not one["type"].endswith("event.retracted")])
            data = {"source": "ats", "id": undone["id"]}
            results.append(event("event.retracted", of=undone["subject"], at=at.isoformat()) | {"data": data})
            continue
        kind, data = chance.choice(KINDS)
        position = chance.choice(POSITIONS)
        results.append(event(kind, of=chance.choice(PEOPLE), at=at.isoformat(), position=position, **data))
    return results


async def expected(engagement: Sessions) -> dict[str, list[dict[str, Any]]]:
    """What one fold of everything in the log says, by pursuit."""
    facts: dict[tuple[UUID, UUID], list[FoldFact]] = defaultdict(list)
    retractions: dict[UUID, list[FoldFact]] = defaultdict(list)
    async with engagement.begin() as session:
        closings = {
            row.position_id: row.closings for row in await session.execute(text("SELECT position_id, closings FROM positions"))
        }
        rows = await session.execute(
            text("SELECT person_id, event_id, type, time, position_id, data FROM log JOIN relationships USING (candidate_id)")
        )
        for row in rows:
            fact = fact_of(row.event_id, row.type, row.time, row.data)
            if row.type == "rekindle.event.retracted":
                retractions[row.person_id].append(fact)
            else:
                facts[row.person_id, row.position_id].append(fact)
    results: dict[str, list[dict[str, Any]]] = {}
    for (person, position), of_pursuit in facts.items():
        attempts = fold(of_pursuit + retractions[person], closings[position], until=NOW).attempts
        if attempts:
            results[str(pursuit_id(person, position))] = [shown(describe(attempt)) for attempt in attempts]
    return results


def shown(attempt: dict[str, Any]) -> dict[str, Any]:
    """The parts of an attempt that are compared."""
    close = attempt["close"]
    return {
        "stage": attempt["stage"],
        "status": attempt["status"],
        "touches": len(attempt["touches"]),
        "replied_by_touch": attempt["replied_by_touch"],
        "close": None if close is None else (close["kind"], close["event"]),
        "outcome": attempt["outcome"],
        "contradiction": attempt["contradiction"],
    }


async def told_by_api(ats: Ats) -> dict[str, list[dict[str, Any]]]:
    return {one["id"]: [shown(attempt) for attempt in one["attempts"]] for one in await ats.pursuits()}


async def stored(engagement: Sessions) -> dict[str, tuple[Any, ...]]:
    async with engagement.begin() as session:
        rows = await session.execute(text("SELECT id, attempt, stage, status FROM pursuits WHERE attempt > 0"))
        return {str(row.id): (row.attempt, row.stage, row.status) for row in rows}


async def assert_all_agree(ats: Ats, engagement: Sessions) -> None:
    await ats.follow()
    truth = await expected(engagement)
    assert await told_by_api(ats) == truth
    assert await stored(engagement) == {
        name: (len(attempts), attempts[-1]["stage"], attempts[-1]["status"]) for name, attempts in truth.items()
    }


async def meddle(chance: random.Random, records: Records) -> None:
    """Link or unlink two streams, or close and reopen a position."""
    ada, twin, bob = (candidate_id(name) for name in ("ats:ada", "gem:ada", "ats:bob"))
    await records.link(twin, chance.choice([ada, bob, twin]))
    if chance.random() < 0.4:
        times = [f"2026-0{month}-15T00:00:00Z" for month in sorted(chance.sample(range(1, 8), chance.randrange(3)))]
        position = chance.choice(POSITIONS)
        await records.closings(position_id(position), *times)


@pytest.mark.parametrize("seed", range(5))
async def test_any_history_folds_to_the_same(ats: Ats, engagement: Sessions, settings: EngagementSettings, seed: int) -> None:
    chance = random.Random(seed)
    records = Records(engagement, settings)
    facts = story(chance)
    waiting = facts + chance.sample(facts, 15)
    chance.shuffle(waiting)
    while waiting:
        size = chance.randrange(1, 12)
        batch, waiting = waiting[:size], waiting[size:]
        assert (await ats.post(batch, status=207))["invalid"] == 0
        if chance.random() < 0.5:
            await meddle(chance, records)
        if chance.random() < 0.2:
            await clock(engagement, settings, now=NOW)
    await clock(engagement, settings, now=NOW)

    await assert_all_agree(ats, engagement)


async def test_writers_links_closings_and_the_clock_at_once(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    chance = random.Random(7)
    records = Records(engagement, settings)
    facts = story(chance, 200)
    writing = 6

    async def write(number: int) -> None:
        nonlocal writing
        own = random.Random(number)
        for _ in range(8):
            answer = await ats.post(own.sample(facts, 20), status=207)
            assert answer["invalid"] == 0
        writing -= 1

    async def interfere() -> None:
        while writing:
            await meddle(chance, records)
            await clock(engagement, settings, now=NOW)

    async with asyncio.TaskGroup() as group:  # one that fails ends the others: none goes on into the next test
        group.create_task(interfere())
        for number in range(writing):
            group.create_task(write(number))
    await ats.post(facts, status=207)
    await clock(engagement, settings, now=NOW)

    await assert_all_agree(ats, engagement)
    async with engagement.begin() as session:
        posted = await session.scalar(text("SELECT count(*) FROM log WHERE source = 'ats'"))
    assert posted == len(facts)
