"""A remote role, opened over HTTP, brings back over the bus exactly those who declined for location."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.ids import position_id
from tests.e2e.test_queue import event, post


async def test_a_remote_role_brings_back_exactly_those_who_declined_for_location(api: httpx.AsyncClient) -> None:
    mark = uuid4()
    on_site, remote = f"ats:on-site-{mark}", f"ats:remote-{mark}"
    then = datetime.now(UTC) - timedelta(days=1)
    reasons = ("location", "location", "salary", "timing", "skills", "unspecified")
    said = [event("pursuit.declined", f"ats:{number}-{mark}", on_site, then, reason=why) for number, why in enumerate(reasons)]
    posted = await post(api, "/v1/events", said)
    await post(api, "/v1/events/wait", {"after": [item["after"] for item in posted["items"]], "wait": 30})

    opened = await api.patch(f"/v1/positions/{remote}", json={"title": "Engineer", "status": "open", "remote": True})
    assert opened.status_code == 201, opened.text

    answer = await api.get("/v1/queue", params={"position": remote, "after": opened.json()["after"], "wait": 30})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    # Others on the same stack may have declined for a location, too.
    items = [item for item in items if str(mark) in item["references"][0]]
    assert {item["references"][0] for item in items} == {f"ats:0-{mark}", f"ats:1-{mark}"}
    assert {reason["trigger"] for item in items for reason in item["reasons"]} == {"position_opened"}
    previewed = await post(api, "/v1/returns/preview", {"position": remote, "changes": {}})
    assert previewed["now"] == previewed["changed"]
    own = [one for one in previewed["candidates"] if str(mark) in one["references"][0]]
    assert [(one["declined_position_id"], one["reason"]) for one in own] == [(str(position_id(on_site)), "location")] * 2
