"""What an ATS posts is remembered, shown and counted, over HTTP on the running system."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.waiting import eventually

Event = dict[str, Any]


def event(kind: str, subject: str, position: str, time: str, **data: Any) -> Event:
    """A CloudEvent of a pursuit."""
    return {
        "specversion": "1.0",
        "source": "ats",
        "id": uuid4().hex,
        "type": f"rekindle.pursuit.{kind}",
        "subject": subject,
        "time": time,
        "data": {"position": position, **data},
    }


@pytest.fixture
def names() -> tuple[str, str]:
    """A candidate and a position that nobody else uses."""
    return f"ats:{uuid4().hex}", f"ats:{uuid4().hex}"


async def counted(api: httpx.AsyncClient, afters: list[str]) -> None:
    followed = await api.post("/v1/events/wait", json={"after": afters, "wait": 10})
    assert followed.json() == {"counted": len(afters)}
    answer = await api.post("/v1/analytics/wait", json={"after": afters, "wait": 10})
    assert answer.is_success, answer.text


async def test_the_story_of_a_pursuit(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    stated = [
        event("contacted", candidate, position, "2026-03-02T09:15:00Z", channel="email", recruiter="maria", words=74),
        event("responded", candidate, position, "2026-03-02T11:00:00Z", mood="positive"),
        event("declined", candidate, position, "2026-03-03", reason="salary", facts={"asked": 85000, "currency": "EUR"}),
    ]
    answers = [(await api.post("/v1/events", json=one)) for one in stated]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert [answer.json()["sequence"] for answer in answers] == [1, 2, 3]
    assert (await api.post("/v1/events", json=stated[0])).json()["status"] == "duplicate"

    # Folded from the log at that moment: a client that has just posted need not wait.
    (pursuit,) = (await api.get("/v1/pursuits", params={"candidate": candidate, "position": position})).json()["items"]
    by_id = await api.get(f"/v1/pursuits/{pursuit['id']}", params={"after": answers[2].json()["after"]})
    assert by_id.json() == pursuit
    assert pursuit["references"] == [candidate]
    assert pursuit["position_references"] == [position]
    assert pursuit["close"]["reason"] == "salary"
    timeline = (await api.get(f"/v1/timelines/{candidate}")).json()
    assert [item["id"] for item in timeline["items"]] == [one["id"] for one in stated]

    await counted(api, [answer.json()["after"] for answer in answers])
    funnel = (await api.get(f"/v1/analytics/positions/{position}/funnel", params={"view": "cohort"})).json()
    assert {stage["stage"]: stage["reached"] for stage in funnel["stages"]}["responded"] == 1
    assert funnel["declines"] == {"salary": 1}


async def test_a_batch_is_answered_item_by_item(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    good = event("contacted", candidate, position, "2026-03-02", channel="email")
    bad = event("contacted", candidate, position, "2026-03-02", channel="fax")
    answer = await api.post("/v1/events", json=[good, bad, good], headers={"content-type": "application/cloudevents-batch+json"})

    assert answer.status_code == 207
    assert [item["status"] for item in answer.json()["items"]] == [201, 422, 200]


async def test_a_ghosting_comes_on_record_by_itself(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    await api.post("/v1/events", json=event("contacted", candidate, position, "2026-01-01", channel="email"))

    async def types() -> list[str]:
        timeline = (await api.get(f"/v1/timelines/{candidate}")).json()
        return [item["type"] for item in timeline["items"]]

    assert await eventually(types, lambda found: len(found) == 2) == [
        "rekindle.pursuit.contacted",
        "rekindle.pursuit.ghosted",
    ]


async def test_linked_records_are_one_person(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    twin = f"gem:{uuid4().hex}"
    await api.post("/v1/events", json=event("contacted", candidate, position, "2026-09-01", channel="email"))
    await api.post("/v1/events", json=event("responded", twin, position, "2026-09-02"))
    linked = await api.patch(f"/v1/candidates/{candidate}", json={"references": [twin]})
    assert linked.is_success, linked.text

    async def pursuits() -> list[Any]:
        found: list[Any] = (await api.get("/v1/pursuits", params={"position": position})).json()["items"]
        return found

    # There is one, too, before the other stream's event or the link has come.
    together = sorted([candidate, twin])
    (pursuit,) = await eventually(pursuits, lambda found: [one["references"] for one in found] == [together])
    assert pursuit["attempts"][0]["replied_by_touch"] == 1


async def test_a_position_that_closes_closes_its_pursuits(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    await api.post("/v1/events", json=event("responded", candidate, position, "2026-09-01"))
    opened = {"title": "Engineer", "status": "open", "opened_at": "2026-08-01T00:00:00Z"}
    assert (await api.patch(f"/v1/positions/{position}", json=opened)).is_success
    closed = {"status": "closed", "closed_at": "2026-10-01T00:00:00Z"}
    changed = await api.patch(f"/v1/positions/{position}", json=closed)
    assert changed.is_success

    asked = {"candidate": candidate, "position": position, "after": changed.json()["after"]}
    (found,) = (await api.get("/v1/pursuits", params=asked)).json()["items"]
    assert found["status"] == "closed"
    assert found["close"]["kind"] == "position_closed"
    assert found["close"]["time"] == "2026-10-01T00:00:00Z"


async def test_an_erased_candidate_is_gone(api: httpx.AsyncClient, names: tuple[str, str]) -> None:
    candidate, position = names
    sent = event("contacted", candidate, position, "2026-09-01", channel="email")
    await api.post("/v1/events", json=sent)
    assert (await api.post("/v1/erasures", json={"candidate": candidate})).is_success

    async def status() -> int:
        return (await api.get(f"/v1/timelines/{candidate}")).status_code

    await eventually(status, lambda found: found == 410)
    assert (await api.post("/v1/events", json=sent)).status_code == 410
