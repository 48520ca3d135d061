"""What the learner makes of events: shown beside the record, outside of its version, and on the snapshots."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import uuid4

from services.candidates.consumers.learner import Learner
from shared.db.engine import Sessions
from shared.events import FACTS, Event, EventRetracted
from shared.ids import candidate_id, event_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import latest, published


def fact(candidate: str, kind: str, day: int, *, name: str = "", **data: Any) -> Event:
    """An event as engagement publishes it, on a day of March 2026."""
    sent = FACTS[f"rekindle.{kind}"].model_validate(data)
    return Event.of(
        sent,
        id=event_id("ats", name) if name else uuid4(),
        source="ats",
        subject=candidate_id(candidate),
        sequence=1,
        time=datetime(2026, 3, day, tzinfo=UTC),
    )


async def deliver(sessions: Sessions, *events: Event) -> None:
    async with sessions.begin() as session:
        await Learner(12)(session, events)


async def learned(ats: Caller, candidate: str) -> dict[str, Any]:
    found: dict[str, Any] = (await ats.read(candidate))["learned"]
    return found


async def test_contacts_and_responses_are_remembered_beside_the_record(ats: Caller, candidates: Sessions) -> None:
    tag = (await ats.patch("gem:1", name="Ada")).headers["ETag"]
    await deliver(candidates, fact("gem:1", "pursuit.contacted", 3, channel="email"), fact("gem:1", "pursuit.responded", 4))

    response = await ats.ask("GET", "/v1/candidates/gem:1")

    assert response.json()["learned"] == {
        "market_status": None,
        "market_status_at": None,
        "last_contact_at": "2026-03-03T00:00:00Z",
        "last_response_at": "2026-03-04T00:00:00Z",
    }
    assert response.headers["ETag"] == tag
    assert len(await published(candidates)) == 1


async def test_an_application_makes_active_and_is_published(ats: Caller, candidates: Sessions) -> None:
    created = await ats.patch("gem:1", market_status="passive", observed_at="2026-03-01T00:00:00Z")
    await deliver(candidates, fact("gem:1", "pursuit.applied", 5, position="gem:9"))

    body = await ats.read("gem:1")
    snapshot = (await published(candidates))[-1]

    assert (body["market_status"], body["learned"]["market_status"]) == ("passive", "active")
    assert (snapshot[1], snapshot[3]["market_status"]) == (2, "active")
    assert (await ats.ask("GET", "/v1/candidates/gem:1")).headers["ETag"] == created.headers["ETag"]
    assert body["after"].endswith(":2")
    assert len((await ats.ask("GET", "/v1/candidates?market_status=active")).json()["items"]) == 1


async def test_what_the_record_says_later_counts(ats: Caller, candidates: Sessions) -> None:
    await deliver(candidates, fact("gem:1", "pursuit.applied", 5, position="gem:9"))
    await ats.patched("gem:1", market_status="unavailable", observed_at="2026-03-10T00:00:00Z")

    assert (await published(candidates))[-1][3]["market_status"] == "unavailable"


async def test_events_that_come_before_the_record_are_not_forgotten(ats: Caller, candidates: Sessions) -> None:
    await deliver(candidates, fact("gem:1", "pursuit.applied", 5, position="gem:9"))
    assert await published(candidates) == []
    assert (await ats.ask("GET", "/v1/candidates/gem:1")).status_code == 404

    response = await ats.patch("gem:1", name="Ada")

    assert response.status_code == 201
    assert response.json()["learned"]["market_status"] == "active"
    assert (await published(candidates))[-1][3]["market_status"] == "active"


async def test_any_order_and_any_repetition_teach_the_same(ats: Caller, candidates: Sessions) -> None:
    seen = set()
    for number, order in enumerate(permutations(range(4))):
        name = f"s:{number}"
        events = [
            fact(name, "pursuit.applied", 5, name=f"{number}-1", position="gem:9"),
            fact(name, "pursuit.contacted", 7, name=f"{number}-2", channel="email"),
            fact(name, "event.retracted", 8, type="rekindle.pursuit.contacted"),
            fact(name, "pursuit.hired", 6, name=f"{number}-3", position="gem:9"),
        ]
        await ats.patched(name)
        for at in order:
            await deliver(candidates, events[at])
        await deliver(candidates, *events)
        seen.add(str(await learned(ats, name)))
    assert len(seen) == 1
    assert "'market_status': 'passive'" in seen.pop()


async def test_a_retraction_by_id_takes_back_what_was_learned(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1")
    await deliver(candidates, fact("gem:1", "pursuit.applied", 5, name="a", position="gem:9"))
    retraction = Event.of(
        EventRetracted(source="ats", id="a"),
        id=uuid4(),
        source="ats",
        subject=candidate_id("gem:1"),
        sequence=2,
        time=datetime(2026, 3, 6, tzinfo=UTC),
    )
    await deliver(candidates, retraction)

    assert (await learned(ats, "gem:1"))["market_status"] is None
    assert "market_status" not in (await published(candidates))[-1][3]


async def test_a_person_knows_what_all_streams_taught_until_they_part(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", references=["greenhouse:1"])
    await ats.patched("greenhouse:1", name="Ada")
    await deliver(candidates, fact("greenhouse:1", "pursuit.applied", 5, position="gem:9"))

    assert (await learned(ats, "gem:1"))["market_status"] == "active"
    assert {data["market_status"] for data in (await latest(candidates)).values()} == {"active"}

    await ats.unlink("gem:1", "greenhouse:1")

    assert (await learned(ats, "gem:1"))["market_status"] is None
    assert (await learned(ats, "greenhouse:1"))["market_status"] == "active"


async def test_nothing_is_learned_of_the_erased(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada")
    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:1"})
    count = len(await published(candidates))

    await deliver(
        candidates,
        fact("gem:1", "pursuit.applied", 5, position="gem:9"),
        fact("gem:2", "pursuit.contacted", 5, channel="email"),
    )

    assert len(await published(candidates)) == count
    await ats.patched("gem:2", name="Other")
    assert (await learned(ats, "gem:2"))["last_contact_at"] == "2026-03-05T00:00:00Z"
