"""Records over HTTP, with everything running: linked people, learned facts, closings and erasure reach the other services."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from rekindle.embedded.stack import Stack
from tests.waiting import eventually


def at(thing: str, name: str) -> str:
    return f"/v1/{thing}/{quote(name, safe='')}"


def fresh(source: str = "gem") -> str:
    """A reference that no other test uses."""
    return f"{source}:{uuid4().hex[:12]}"


async def patch(api: httpx.AsyncClient, record: str, thing: str = "candidates", /, **fields: Any) -> dict[str, Any]:
    response = await api.patch(at(thing, record), json=fields)
    assert response.status_code in {200, 201}, response.text
    body: dict[str, Any] = response.json()
    return body


async def post(api: httpx.AsyncClient, candidate: str, kind: str, time: str, **data: Any) -> dict[str, Any]:
    event = {"source": "ats", "id": uuid4().hex, "type": f"rekindle.{kind}", "subject": candidate, "time": time, "data": data}
    response = await api.post("/v1/events", json=event)
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def read(api: httpx.AsyncClient, path: str) -> dict[str, Any]:
    response = await api.get(path)
    body: dict[str, Any] = response.json()
    return {"status_code": response.status_code, **body}


async def test_a_record_told_over_http_is_read_by_id_and_by_reference(api: httpx.AsyncClient) -> None:
    name = f"greenhouse:Application[{uuid4().hex[:8]}]"
    body = await patch(api, name, name="Ada Byron", emails=["ada@example.org"], skills=["python"])

    by_reference, by_id = await api.get(at("candidates", name)), await api.get(f"/v1/candidates/{body['id']}")

    assert by_reference.json() == by_id.json()
    assert by_id.json() | {"ignored": [], "refused": []} == body
    assert by_id.headers["ETag"] == by_reference.headers["ETag"]
    assert (await api.get(by_id.url.path, headers={"If-None-Match": by_id.headers["ETag"]})).status_code == 304


async def test_contact_details_need_their_scope(api: httpx.AsyncClient, stack: Stack) -> None:
    name = fresh()
    await patch(api, name, name="Ada", emails=["ada@example.org"])
    headers = {"Authorization": f"Bearer {stack.issue_token('candidates:read')}"}

    blind = (await api.get(at("candidates", name), headers=headers)).json()

    assert "emails" not in blind
    assert blind["contact_details_hidden"] is True


async def test_events_teach_what_is_shown_beside_the_record(api: httpx.AsyncClient) -> None:
    name, position = fresh(), fresh()
    await patch(api, name, name="Ada", market_status="passive", observed_at="2026-01-01T00:00:00Z")
    await post(api, name, "pursuit.contacted", "2026-02-01T00:00:00Z", position=position, channel="email")
    await post(api, name, "pursuit.applied", "2026-02-02T00:00:00Z", position=position)

    learned = await eventually(
        lambda: read(api, at("candidates", name)), lambda body: body["learned"]["market_status"] == "active"
    )

    assert learned["learned"]["last_contact_at"] == "2026-02-01T00:00:00Z"
    assert learned["market_status"] == "passive"


async def test_linked_people_have_one_funnel_until_they_part(api: httpx.AsyncClient) -> None:
    one, other, position = fresh("greenhouse"), fresh("gem"), fresh()
    after = [
        (await post(api, one, "pursuit.contacted", "2026-02-01T00:00:00Z", position=position, channel="email"))["after"],
        (await post(api, other, "pursuit.responded", "2026-02-02T00:00:00Z", position=position, channel="email"))["after"],
    ]
    funnel = f"/v1/analytics/positions/{quote(position, safe='')}/funnel"

    async def responded_by_touch(after: list[str]) -> int:
        response = await api.get(funnel, params={"after": ",".join(after), "wait": 10})
        assert response.status_code == 200, response.text
        counts: dict[str, int] = response.json()["responded_by_touch"]
        return counts["1"]

    assert await responded_by_touch(after) == 0
    linked = await patch(api, one, references=[other])
    assert await responded_by_touch(linked["after_each"]) == 1
    parted = await api.delete(f"{at('candidates', one)}/references/{quote(other, safe='')}")
    assert parted.status_code == 200, parted.text
    assert await responded_by_touch(parted.json()["after_each"]) == 0


async def test_a_closed_position_ends_what_was_open_for_it(api: httpx.AsyncClient) -> None:
    name, position = fresh(), fresh("greenhouse")
    await patch(api, position, "positions", title="Lead", status="open", opened_at="2026-01-01T00:00:00Z")
    await post(api, name, "pursuit.interested", "2026-02-01T00:00:00Z", position=position)

    closed = await patch(api, position, "positions", status="closed", closed_at="2026-03-01T00:00:00Z")

    assert closed["spans"] == [{"opened_at": "2026-01-01T00:00:00Z", "closed_at": "2026-03-01T00:00:00Z"}]
    pursuits = f"/v1/pursuits?candidate={quote(name, safe='')}&position={quote(position, safe='')}"
    await eventually(lambda: read(api, pursuits), lambda body: "position_closed" in str(body))


async def test_an_erased_person_is_gone_everywhere(api: httpx.AsyncClient) -> None:
    name = fresh("greenhouse")
    record = await patch(api, name, name="Ada")
    await post(api, name, "pursuit.sourced", "2026-02-01T00:00:00Z", position=fresh())
    assert (await api.get("/v1/analytics/funnel", params={"after": record["after"], "wait": 30})).is_success

    erased = await api.post("/v1/erasures", json={"candidate": name})

    assert erased.status_code == 202, erased.text
    assert erased.json()["candidate_ids"] == [record["id"]]
    assert (await api.get(at("candidates", name))).status_code == 410
    done = await eventually(lambda: read(api, erased.headers["Location"]), lambda body: body["status"] == "done")
    removed = {one["service"]: one["removed"] for one in done["services"]}
    assert {"records": 1, "history_entries": 1}.items() <= removed["candidates"].items()
    assert {"events": 1}.items() <= removed["engagement"].items()
    assert removed["analytics"] == {"descriptions": 1}
    assert (await api.get(at("timelines", name))).status_code == 410


@pytest.mark.parametrize("thing", ["candidates", "positions"])
async def test_lists_go_page_by_page(api: httpx.AsyncClient, thing: str) -> None:
    skill = uuid4().hex
    posted = {(await patch(api, fresh(), thing, skills=[skill.upper()]))["id"] for _ in range(3)}

    first = (await api.get(f"/v1/{thing}", params={"skill": skill, "limit": 2})).json()
    rest = (await api.get(f"/v1/{thing}", params={"skill": skill, "limit": 2, "cursor": first["next_cursor"]})).json()

    assert {item["id"] for item in [*first["items"], *rest["items"]]} == posted
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
