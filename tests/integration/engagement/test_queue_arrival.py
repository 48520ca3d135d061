"""However facts, links and closings arrive, the live queue is the one that a rebuild makes."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_all, derive_stale
from services.engagement.use_cases.take_over_records import take_over_records
from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at

PEOPLE = [f"ats:{number}" for number in range(6)]
POSITIONS = ["ats:a", "ats:b"]
NOW = at("2026-10-01")
HARD = {"reason": "career_change", "evidence": "said so", "decided_by": "Maria"}
OF_PURSUIT: list[tuple[str, dict[str, Any]]] = [
    ("sourced", {}),
    ("applied", {}),
    ("contacted", {}),
    ("contacted", {}),
    ("contacted", {"purpose": "reply"}),
    ("responded", {"mood": "neutral"}),
    ("responded", {"mood": "positive"}),
    ("interested", {}),
    ("hired", {}),
    ("declined", {"reason": "salary", "facts": {"asked": 85000}}),
    ("declined", {"reason": "timing"}),
    ("declined", HARD),
    ("rejected", {"reason": "preferred_another"}),
    ("ghosted", {}),
    ("no_show", {}),
]
OF_PERSON: list[tuple[str, dict[str, Any]]] = [
    ("candidate.signal_observed", {"signal": "laid_off"}),
    ("candidate.hard_no_lifted", HARD),
]


def some_event(random: Random) -> dict[str, Any]:
    """A valid event of anyone, on any day of the year."""
    on = (at("2026-01-01") + timedelta(days=random.randrange(270))).isoformat()
    if random.random() < 0.15:
        kind, data = random.choice(OF_PERSON)
        return event(kind, of=random.choice(PEOPLE), at=on, **data)
    kind, data = random.choice(OF_PURSUIT)
    return event(f"pursuit.{kind}", of=random.choice(PEOPLE), at=on, position=random.choice(POSITIONS), **data)


async def relink(desk: Desk, random: Random) -> None:
    """Link a stream to another, or make it a person of its own again."""
    stream, other = (candidate_id(name) for name in random.sample(PEOPLE[:3], 2))
    people = {stream: stream, other: other} if random.random() < 0.5 else {stream: other, other: other}
    async with desk.sessions.begin() as session:
        await take_over_records(session, people, {}, {}, now=NOW)
    await derive_stale(desk.sessions, now=NOW, settings=desk.settings)


@pytest.mark.parametrize("seed", range(4))
async def test_the_live_queue_is_what_a_rebuild_makes(
    ats: Ats, engagement: Sessions, settings: EngagementSettings, seed: int
) -> None:
    random = Random(seed)
    desk = Desk(ats, engagement, settings, NOW)
    for _ in range(12):
        await desk.post(*(some_event(random) for _ in range(random.randrange(1, 8))))
        if random.random() < 0.3:
            await relink(desk, random)
        if random.random() < 0.3:
            await desk.claim(NOW, limit=1)

    live = await desk.rows()
    await derive_all(desk.sessions, now=NOW, settings=settings)

    assert live
    assert await desk.rows() == live
