"""Return plans over HTTP and on the bus: what lives, how it reads, and that its changes are announced with it."""

from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_all
from shared.db.engine import Sessions
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.engagement.records import Records


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


async def returns(desk: Desk, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.ats.get("/v1/returns", **params))["items"]
    return items


async def changes(desk: Desk) -> list[tuple[str, str | None]]:
    return [(one.raw["change"], one.raw.get("due_at")) for one in await desk.events("rekindle.return_plan.")]


async def test_a_plan_is_listed_with_its_condition_time_and_sentence(desk: Desk) -> None:
    await desk.soft_no(on="2025-03-02", facts={"asked": 85000, "currency": "EUR"}, also=[{"reason": "location"}])

    [plan] = await returns(desk, candidate="ats:ada", position="ats:job")

    assert (plan["candidate_id"], plan["references"]) == (str(candidate_id("ats:ada")), ["ats:ada"])
    assert (plan["position_id"], plan["attempt"], plan["close"]) == (str(position_id("ats:job")), 1, "declined")
    assert (plan["reason"], plan["due_at"], plan["trigger"]) == ("salary", "2026-03-02T12:00:00Z", "time")
    assert [one["reason"] for one in plan["conditions"]] == ["salary", "location"]
    assert plan["conditions"][0]["facts"] == {"asked": 85000, "currency": "EUR"}
    assert plan["conditions"][0]["condition"] == "a position pays 85,000 EUR"
    assert plan["sentence"].startswith(
        "Declined for salary at 85,000 EUR, also for location, in March 2025; due since 2 March 2026"
    )


async def test_plans_are_listed_by_pages_and_by_what_they_are_of(desk: Desk) -> None:
    for number in range(5):
        await desk.soft_no(f"ats:{number}", position=f"ats:job-{number % 2}")

    first = await desk.ats.get("/v1/returns", limit=3)
    second = await desk.ats.get("/v1/returns", limit=3, cursor=first["next_cursor"])

    assert second["next_cursor"] is None
    assert {one["references"][0] for one in first["items"] + second["items"]} == {f"ats:{number}" for number in range(5)}
    assert len(await returns(desk, position="ats:job-1")) == 2
    assert await returns(desk, candidate="ats:1", position="ats:job-0") == []
    await desk.ats.get("/v1/returns", candidate="ats:nobody", status=404)
    await desk.ats.get("/v1/returns", limit=3, position="ats:job-1", cursor=first["next_cursor"], status=400)


async def test_every_change_of_a_plan_is_announced_once_and_numbered(desk: Desk) -> None:
    await desk.soft_no(on="2026-03-02")
    await desk.deliver()
    await desk.post(event("candidate.signal_observed", at="2026-03-05", signal="laid_off"))
    await desk.post(event("pursuit.hired", at="2026-04-01"))
    await desk.post(event("event.retracted", at="2026-04-02", type="rekindle.pursuit.hired", position="ats:job"))
    await derive_all(desk.sessions, now=at("2026-04-03"), settings=desk.settings)

    assert await changes(desk) == [
        ("appeared", "2026-08-29T12:00:00Z"),
        ("changed", "2026-03-05T00:00:00Z"),
        ("ended", None),
        ("appeared", "2026-03-05T00:00:00Z"),
    ]
    assert [one.sequence for one in await desk.events("")] == [1, 2, 3, 4, 5], "the contact on a Sunday was a breach"


async def test_nothing_personal_is_announced(desk: Desk) -> None:
    facts = {"wanted_role": "Ada wants to lead", "wanted_level": "lead"}
    place = {"locations": [{"country": "DE", "city": "Leipzig"}]}
    await desk.soft_no(reason="role_fit", facts=facts, also=[{"reason": "location", "facts": place}])

    [announced] = await desk.events("rekindle.return_plan.")

    assert announced.raw["also"] == ["location"]
    assert b"Ada" not in announced.value
    assert b"Leipzig" not in announced.value


async def test_a_link_gives_the_plans_to_the_person_and_parting_gives_them_back(desk: Desk, records: Records) -> None:
    ada, ida = candidate_id("ats:ada"), candidate_id("ats:ida")
    await desk.soft_no("ats:ada")
    await desk.soft_no("ats:ida", position="ats:other")
    apart = await returns(desk)

    await records.link(ida, ada)
    assert {(one["candidate_id"], one["position_id"]) for one in await returns(desk, candidate="ats:ida")} == {
        (str(ada), str(position_id("ats:job"))),
        (str(ada), str(position_id("ats:other"))),
    }

    await records.link(ida, ida)
    assert await returns(desk) == apart


async def test_an_erased_person_has_no_plans(desk: Desk, records: Records) -> None:
    await desk.soft_no("ats:ada")
    await records.erase(candidate_id("ats:ada"))

    assert await returns(desk) == []
    await desk.ats.get("/v1/returns", candidate="ats:ada", status=410)
