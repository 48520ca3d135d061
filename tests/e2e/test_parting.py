"""Two records that were said to be one person's and are not: once they are parted, each has exactly their own again."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.ids import candidate_id
from tests.e2e.test_queue import event, post, queue_of


async def settled(api: httpx.AsyncClient, answer: httpx.Response) -> None:
    """Return once the queue shows what was answered with this."""
    assert answer.is_success, answer.text
    said = answer.json()
    after = said.get("after_each") or [item["after"] for item in said["items"]]
    await post(api, "/v1/events/wait", {"after": after, "wait": 30})


async def shown(api: httpx.AsyncClient, reference: str, position: str) -> dict[str, Any]:
    """Everything that is derived of one candidate, and the items in which the position stands."""
    found: dict[str, Any] = {}
    for what in ("returns", "obligations", "policy-breaches"):
        answer = await api.get(f"/v1/{what}", params={"candidate": reference})
        assert answer.status_code == 200, answer.text
        found[what] = answer.json()["items"]
    check = await post(api, "/v1/contact-checks", {"candidate": reference, "channel": "email", "recruiter": "maria"})
    found["against"] = sorted({one["code"] for one in check["reasons"]} & {"unsubscribed", "cadence", "team_cap", "answer_first"})
    items = await queue_of(api, position)
    found["queue"] = [(one["candidate_id"], one["references"], one["status"], one["reasons"]) for one in items]
    return found


async def test_after_parting_everybody_has_exactly_their_own_again(api: httpx.AsyncClient) -> None:
    mark = uuid4()
    ada, ida, first, second = (f"ats:{name}-{mark}" for name in ("ada", "ida", "first", "second"))
    now = datetime.now(UTC)

    def past(days: float) -> datetime:
        return now - timedelta(days=days)

    for reference in (ada, ida):
        assert (await api.patch(f"/v1/candidates/{reference}", json={"name": f"Someone {mark}"})).status_code == 201
    said = [
        event("pursuit.contacted", ada, first, past(402), channel="email", recruiter="maria"),
        event("pursuit.contacted", ada, first, past(400), channel="email", recruiter="jonas"),
        event("pursuit.declined", ada, first, past(395), reason="salary", facts={"asked": 85000, "currency": "EUR"}),
        event("candidate.unsubscribed", ada, first, past(394), channel="email"),
        event("pursuit.contacted", ida, second, past(401), channel="email", recruiter="maria"),
        event("pursuit.declined", ida, second, past(390), reason="timing"),
        event("candidate.cadence_chosen", ida, second, past(300), every_days=30),
        event("pursuit.applied", ida, f"ats:third-{mark}", past(20)),
    ]
    for one in said:
        if one["type"].startswith("rekindle.candidate."):
            del one["data"]["position"]
    await settled(api, await api.post("/v1/events", json=said))
    apart = {one: [await shown(api, one, position) for position in (first, second)] for one in (ada, ida)}
    assert [len(apart[one][0]["returns"]) for one in (ada, ida)] == [1, 1]
    assert [len(apart[one][0]["obligations"]) for one in (ada, ida)] == [0, 1]
    assert [[breach["code"] for breach in apart[one][0]["policy-breaches"]].count("team_cap") for one in (ada, ida)] == [1, 0]
    assert apart[ada][0]["against"] == ["unsubscribed"]
    assert "unsubscribed" not in apart[ida][0]["against"]

    await settled(api, await api.patch(f"/v1/candidates/{ada}", json={"references": [ida]}))
    together = await shown(api, ida, second)
    assert [one["candidate_id"] for one in together["returns"]] == [str(candidate_id(ada))] * 2
    assert [breach["code"] for breach in together["policy-breaches"]].count("team_cap") == 2, "touches of one person, by now"
    assert "unsubscribed" in together["against"]
    assert (await shown(api, ada, first))["queue"] == [], "the one who applied is in play, and so is the person of both"
    assert apart[ada][0]["queue"] != []

    await settled(api, await api.delete(f"/v1/candidates/{ada}/references/{ida}"))
    assert {one: [await shown(api, one, position) for position in (first, second)] for one in (ada, ida)} == apart


async def test_a_close_that_is_retracted_takes_back_what_came_of_it(api: httpx.AsyncClient) -> None:
    ada, position = f"ats:{uuid4()}", f"ats:{uuid4()}"
    then = datetime.now(UTC) - timedelta(days=400)
    no = event("pursuit.declined", ada, position, then, reason="salary", facts={"asked": 85000, "currency": "EUR"})
    await settled(api, await api.post("/v1/events", json=[event("pursuit.sourced", ada, position, then), no]))
    body = {"recruiter": "maria", "limit": 1, "lease_seconds": 60, "position": position}
    [claimed] = (await post(api, "/v1/queue/claims", body))["items"]
    await post(api, f"/v1/queue/{claimed['id']}/completion", {"lease": claimed["lease"], "outcome": "contacted"})
    contact = event("pursuit.contacted", ada, position, datetime.now(UTC), channel="email", recruiter="maria")
    await settled(api, await api.post("/v1/events", json=[contact]))
    assert len((await shown(api, ada, position))["returns"]) == 1

    taken_back = event("event.retracted", ada, position, datetime.now(UTC))
    taken_back["data"] = {"source": no["source"], "id": no["id"]}
    await settled(api, await api.post("/v1/events", json=[taken_back]))

    left = await shown(api, ada, position)
    assert (left["returns"], left["queue"]) == ([], [])
    [pursuit] = (await api.get("/v1/pursuits", params={"candidate": ada, "position": position})).json()["items"]
    assert pursuit["status"] == "open"
    assert pursuit["stage"] == "contacted"
