"""Late and retracted facts in the database: what arrives late, in any order, with links, partings, closings and the clock in
between, ends as what arrives in order does."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.ids import candidate_id, position_id
from tests.integration.engagement.following import clock, follow
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.records import Records

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime.now(UTC)
POSITIONS = ["ats:one", "ats:two"]
CLOSED = "2026-05-15T00:00:00Z"
STORIES = 30
HARD = {"reason": "career_change", "evidence": "said so", "decided_by": "Maria"}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("sourced", {}),
    ("applied", {}),
    ("contacted", {}),
    ("contacted", {}),
    ("contacted", {"purpose": "reply"}),
    ("responded", {"mood": "neutral"}),
    ("responded", {"mood": "positive"}),
    ("interested", {}),
    ("interviewed", {}),
    ("hired", {}),
    ("feedback_given", {}),
    ("declined", {"reason": "salary", "facts": {"asked": 85000, "currency": "EUR"}}),
    ("declined", {"reason": "timing", "also": [{"reason": "location"}]}),
    ("declined", HARD),
    ("rejected", {"reason": "preferred_another"}),
    ("no_show", {}),
]
TABLES = ("pursuits", "queue_items", "return_plans", "obligations")


def story(random: Random) -> list[tuple[str, str, dict[str, Any]]]:
    """What happens to a person under one of two references, each thing at a time of its own: reference, time, event."""
    told: list[tuple[str, str, dict[str, Any]]] = []
    for number, hour in enumerate(random.sample(range(24 * 250), random.randrange(4, 14))):
        at = (BEGIN + timedelta(hours=hour)).isoformat()
        kind, data = random.choice(KINDS)
        told.append((random.choice("ab"), at, {"kind": f"pursuit.{kind}", "position": random.choice(POSITIONS), **data}))
        if random.random() < 0.15:
            later = (BEGIN + timedelta(hours=hour, minutes=30)).isoformat()
            told.append((told[-1][0], later, {"kind": "event.retracted", "of_number": number}))
        elif random.random() < 0.1:
            told.append((told[-1][0], at, {"kind": "candidate.signal_observed", "signal": "laid_off"}))
    return told


def events_of(person: str, told: list[tuple[str, str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The events of a person who goes through a story."""
    made: list[dict[str, Any]] = []
    named = 0
    for number, (reference, at, what) in enumerate(told):
        data = {name: value for name, value in what.items() if name not in {"kind", "of_number"}}
        if what["kind"].startswith("pursuit."):
            data["id"] = f"{person}-{named}"
            named += 1
        elif what["kind"] == "event.retracted":
            body = event("event.retracted", of=f"{person}{reference}", at=at, id=f"{person}-r{number}")
            made.append(body | {"data": {"source": "ats", "id": f"{person}-{what['of_number']}"}})
            continue
        made.append(event(what["kind"], of=f"{person}{reference}", at=at, **data))
    return made


async def outcome(engagement: Sessions, person: str) -> dict[str, list[dict[str, Any]]]:
    """What is stored of a person, without ids that are theirs alone, and without items that have left the queue."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with engagement.begin() as session:
        for table in TABLES:
            query = f"SELECT to_jsonb(one) AS row FROM {table} AS one WHERE person_id = :person"
            rows = (await session.execute(text(query), {"person": candidate_id(f"{person}a")})).scalars()
            own = {"id", "person_id", "candidate_id", "announced", "clock_at", "lease_id", "made_by"}
            kept = [{name: value for name, value in row.items() if name not in own} for row in rows]
            for reason in (one for row in kept for one in row.get("reasons", ())):
                reason.pop("obligation_id", None)
            found[table] = sorted((row for row in kept if row.get("presence") != "gone"), key=str)
    return found


async def test_what_arrives_late_ends_as_what_arrives_in_order(
    ats: Ats, engagement: Sessions, settings: EngagementSettings
) -> None:
    random, records = Random(11), Records(engagement, settings)
    stories = [story(random) for _ in range(STORIES)]
    in_order, shuffled = [f"ats:o{number}" for number in range(STORIES)], [f"ats:s{number}" for number in range(STORIES)]
    for person in in_order:
        await records.link(candidate_id(f"{person}b"), candidate_id(f"{person}a"))
    late = [one for person, told in zip(shuffled, stories, strict=True) for one in events_of(person, told)]
    random.shuffle(late)
    for round_ in range(6):
        await ats.post(late[round_::6], status=207)
        await follow(engagement, settings, now=NOW)
        for person in random.sample(shuffled, STORIES // 2):
            twin = candidate_id(f"{person}b")
            await records.link(twin, random.choice([twin, candidate_id(f"{person}a")]))
        if round_ == 3:
            await records.closings(position_id(POSITIONS[0]), CLOSED)
        await clock(engagement, settings, now=NOW)
    for person in shuffled:
        await records.link(candidate_id(f"{person}b"), candidate_id(f"{person}a"))
    for person, told in zip(in_order, stories, strict=True):
        await ats.post(sorted(events_of(person, told), key=lambda one: str(one["time"])), status=207)
    await follow(engagement, settings, now=NOW)
    await clock(engagement, settings, now=NOW)

    outcomes = [await outcome(engagement, person) for person in in_order]
    assert sum(bool(one["queue_items"]) for one in outcomes) > 5
    assert sum(bool(one["return_plans"]) for one in outcomes) > 5
    assert sum(bool(one["obligations"]) for one in outcomes) > 5
    assert [await outcome(engagement, person) for person in shuffled] == outcomes
