"""From a posted event to the funnel that shows it, on the running system: read your own writes, and count once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.waiting import eventually

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def event(kind: str, of: str, position: str, day: float, **data: Any) -> dict[str, Any]:
    """An event as an ATS posts it, so many days after the beginning."""
    return {
        "source": "ats",
        "id": str(uuid4()),
        "type": f"rekindle.{kind}",
        "subject": of,
        "time": (BEGIN + timedelta(days=day)).isoformat(),
        "data": {"position": position, **data},
    }


async def post(api: httpx.AsyncClient, events: list[dict[str, Any]]) -> list[str]:
    """Post a batch; returns what to wait for."""
    answer = await api.post("/v1/events", json=events)
    assert answer.status_code == 207, answer.text
    return [item["after"] for item in answer.json()["items"]]


async def funnel(api: httpx.AsyncClient, position: str, **parameters: str) -> dict[str, Any]:
    """The funnel of a position."""
    answer = await api.get(f"/v1/analytics/positions/{position}/funnel", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def reached(body: dict[str, Any]) -> dict[str, int]:
    """How many reached each stage that anybody reached."""
    return {one["stage"]: one["reached"] for one in body["stages"] if one["reached"]}


async def test_what_was_posted_is_counted_once(api: httpx.AsyncClient) -> None:
    position = f"ats:{uuid4()}"
    people = [f"ats:{uuid4()}" for _ in range(20)]
    events = [event("pursuit.contacted", who, position, n, channel="email", recruiter="maria") for n, who in enumerate(people)]
    events += [event("pursuit.responded", who, position, n + 1, mood="negative") for n, who in enumerate(people[:8])]
    declining = [*people[:5], people[19]]
    events += [event("pursuit.declined", who, position, n + 20, reason="salary") for n, who in enumerate(declining)]

    first, again = await asyncio.gather(post(api, events), post(api, events))
    waited = await api.post("/v1/analytics/wait", json={"after": [*first, *again], "wait": 10})

    assert waited.status_code == 200, waited.text
    body = await funnel(api, position)
    assert reached(body) == {"sourced": 20, "contacted": 20, "responded": 9}, "a no without a word before it is an answer"
    assert body["declines"] == {"salary": 6}
    assert body["responded_by_touch"]["1"] == 9
    assert body["interest"] == {"interested": 0, "uninterested": 6, "unknown": 14}
    assert sum(body["outcomes"].values()) == 20
    assert body["unanswered"] == 11
    assert [one["median_hours"] for one in body["stages"] if one["stage"] == "responded"] == [24.0]


async def test_a_client_reads_its_own_write(api: httpx.AsyncClient) -> None:
    position, who = f"ats:{uuid4()}", f"ats:{uuid4()}"

    for number in range(1, 6):
        answer = await api.post("/v1/events", json=event("pursuit.contacted", who, f"{position}-{number}", 0, channel="phone"))
        body = await funnel(api, f"{position}-{number}", after=answer.json()["after"], wait="10")
        assert reached(body) == {"sourced": 1, "contacted": 1}


async def test_linking_two_references_makes_one_person_of_them(api: httpx.AsyncClient) -> None:
    position, first, second = f"ats:{uuid4()}", f"ats:{uuid4()}", f"gem:{uuid4()}"
    await post(
        api, [event("pursuit.contacted", first, position, 0, channel="email"), event("pursuit.responded", second, position, 1)]
    )
    apart = await eventually(lambda: funnel(api, position), lambda body: reached(body).get("sourced") == 2)
    assert apart["responded_by_touch"]["0"] == 1

    linked = await api.patch(f"/v1/candidates/{first}", json={"references": [second]})
    assert linked.status_code in {200, 201}, linked.text

    together = await eventually(lambda: funnel(api, position), lambda body: reached(body).get("sourced") == 1)
    assert together["responded_by_touch"] == {"0": 0, "1": 1, "2": 0, "3": 0, "later": 0}


async def test_closing_a_position_closes_what_was_open(api: httpx.AsyncClient) -> None:
    position, who = f"ats:{uuid4()}", f"ats:{uuid4()}"
    after = await post(api, [event("pursuit.interested", who, position, 0)])
    opened = await funnel(api, position, after=after[0], wait="10")
    assert opened["outcomes"]["in_play"] == 1

    closed = await api.patch(
        f"/v1/positions/{position}",
        json={"title": "Engineer", "status": "closed", "closed_at": (BEGIN + timedelta(days=3)).isoformat()},
    )
    assert closed.status_code in {200, 201}, closed.text

    body = await eventually(lambda: funnel(api, position), lambda body: body["outcomes"]["in_play"] == 0)
    assert body["outcomes"]["soft_no"] == 1


async def test_the_organisation_is_grouped_by_what_is_known_of_people(api: httpx.AsyncClient) -> None:
    position, who = f"ats:{uuid4()}", f"ats:{uuid4()}"
    known = await api.patch(f"/v1/candidates/{who}", json={"name": "Ada", "level": "principal", "skills": ["cobol"]})
    assert known.status_code == 201, known.text
    await post(api, [event("pursuit.contacted", who, position, 0, channel="email", sender_role="executive")])

    async def levels() -> dict[str | None, int]:
        parameters = {"group_by": "level", "position": position, "skill": "COBOL"}
        answer = await api.get("/v1/analytics/funnel", params=parameters)
        return {one["key"]: one["stages"][0]["reached"] for one in answer.json()["groups"]}

    assert await eventually(levels, lambda found: found == {"principal": 1})


async def test_when_nothing_happens_nothing_is_behind(api: httpx.AsyncClient) -> None:
    async def freshness() -> dict[str, float]:
        found: dict[str, float] = (await funnel(api, "ats:nobody"))["freshness"]
        return found

    assert await eventually(freshness, lambda found: found["behind_events"] == 0 and found["behind_seconds"] < 30)


async def test_what_was_never_posted_is_not_waited_for_for_ever(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/analytics/funnel", params={"after": f"{uuid4()}:1", "wait": "0.1"})

    assert answer.status_code == 504
    assert answer.json()["code"] == "not_counted_yet"
