"""From a posted no to a claimed item, over HTTP and the bus."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.waiting import eventually


async def post(api: httpx.AsyncClient, path: str, body: Any) -> Any:
    answer = await api.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


def event(kind: str, of: str, position: str, at: datetime, **data: Any) -> dict[str, Any]:
    return {
        "source": "ats",
        "id": str(uuid4()),
        "type": f"rekindle.{kind}",
        "subject": of,
        "time": at.isoformat(),
        "data": {"position": position, **data},
    }


async def queue_of(api: httpx.AsyncClient, position: str) -> list[dict[str, Any]]:
    answer = await api.get("/v1/queue", params={"position": position})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_no_comes_back_is_claimed_and_leaves_when_the_person_is_contacted(api: httpx.AsyncClient) -> None:
    ada, position = f"ats:{uuid4()}", f"ats:{uuid4()}"
    then = datetime.now(UTC) - timedelta(days=400)
    said = event("pursuit.declined", ada, position, then, reason="salary", facts={"asked": 85000, "currency": "EUR"})
    await post(api, "/v1/events", [event("pursuit.contacted", ada, position, then, channel="email"), said])

    [item] = await eventually(lambda: queue_of(api, position))
    assert item["status"] == "due"
    assert item["references"] == [ada]
    assert item["explanation"].startswith("Declined for salary at 85,000 EUR in ")

    body = {"recruiter": "maria", "limit": 1, "lease_seconds": 60, "position": position}
    [claimed] = (await post(api, "/v1/queue/claims", body))["items"]
    assert claimed["id"] == item["id"]
    await post(api, "/v1/events", event("pursuit.contacted", ada, position, datetime.now(UTC), channel="phone"))
    await eventually(lambda: queue_of(api, position), lambda items: not items)

    done = await post(api, f"/v1/queue/{item['id']}/completion", {"lease": claimed["lease"], "outcome": "contacted"})
    assert done["status"] is None


async def test_a_hard_no_makes_no_item(api: httpx.AsyncClient) -> None:
    never, soft, position = f"ats:{uuid4()}", f"ats:{uuid4()}", f"ats:{uuid4()}"
    then = datetime.now(UTC) - timedelta(days=1)
    hard = {"reason": "do_not_contact", "evidence": "wrote so", "decided_by": "Maria"}
    await post(
        api,
        "/v1/events",
        [
            event("pursuit.declined", never, position, then, **hard),
            event("pursuit.declined", soft, position, then, reason="timing"),
        ],
    )

    items = await eventually(lambda: queue_of(api, position))

    assert [(item["references"], item["status"]) for item in items] == [([soft], "scheduled")]
