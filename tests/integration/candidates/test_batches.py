"""POST /v1/candidates/batch: many changes in one transaction, each with a result of its own."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published

BATCH = "/v1/candidates/batch"


async def send(ats: Caller, *items: Any, query: str = "") -> dict[str, Any]:
    response = await ats.ask("POST", f"{BATCH}{query}", json=list(items))
    assert response.status_code == 207, response.text
    body: dict[str, Any] = response.json()
    return body


async def test_every_item_has_its_result_and_a_bad_one_hinders_none(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:1", name="Ada")
    await ats.patched("gem:9", name="Gone")
    await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:9"})

    body = await send(
        ats,
        {"candidate": "gem:1", "title": "Countess"},
        {"candidate": "gem:2", "name": "Joan", "emails": ["joan@example.org"]},
        {"candidate": "gem:3", "level": "wizard", "colour": "red"},
        {"candidate": "gem:9", "name": "Back"},
        {"candidate": "nocolon"},
        {"name": "Nobody"},
        "no object",
        {"candidate": str(candidate_id("gem:404")), "name": "Nobody"},
        {"candidate": "gem:5", "salary": {"amount": 5}},
        {"candidate": "gem:6", "name": "nul\0"},
        {"candidate": "gem:7", "references": ["gem:9"]},
        {"candidate": str(candidate_id("gem:1")), "company": "Analytical"},
    )

    statuses = [item["status"] for item in body["items"]]
    assert statuses == [200, 201, 422, 410, 422, 422, 422, 404, 422, 422, 410, 200]
    assert [item["index"] for item in body["items"]] == list(range(12))
    assert (body["created"], body["updated"], body["invalid"]) == (1, 2, 9)
    assert {error["field"] for error in body["items"][2]["problem"]["errors"]} == {"level", "colour"}
    assert body["items"][1] == {
        "index": 1,
        "status": 201,
        "id": str(candidate_id("gem:2")),
        "references": ["gem:2"],
        "after": f"candidate:{candidate_id('gem:2')}:1",
        "ignored": [],
        "refused": [],
    }
    ada = await ats.read("gem:1")
    assert (ada["name"], ada["title"], ada["company"]) == ("Ada", "Countess", "Analytical")
    async with candidates.begin() as session:
        rows = await session.scalars(text("SELECT reference FROM candidates WHERE reference IS NOT NULL"))
        assert set(rows) == {"gem:1", "gem:2"}, "what was refused leaves no row"


async def test_the_same_candidate_twice_is_changed_in_order_and_published_once(ats: Caller, candidates: Sessions) -> None:
    at = "2026-03-0{}T00:00:00Z".format
    body = await send(
        ats,
        {"candidate": "gem:1", "title": "Engineer", "observed_at": at(1)},
        {"candidate": "gem:1", "title": "Engineer", "observed_at": at(3)},
        {"candidate": "gem:1", "title": "Lead", "observed_at": at(5)},
        {"candidate": "gem:1", "title": "Intern", "observed_at": at(2)},
    )

    assert [(item["status"], item["ignored"]) for item in body["items"]] == [
        (201, []),
        (200, []),
        (200, []),
        (200, ["title"]),
    ]
    assert len(await published(candidates)) == 1
    history = (await ats.ask("GET", "/v1/candidates/gem:1/history")).json()["items"]
    assert [(entry["value"], entry["observed_at"][:10], entry["confirmed_at"][:10]) for entry in history] == [
        ("Lead", "2026-03-05", "2026-03-05"),
        ("Intern", "2026-03-02", "2026-03-02"),
        ("Engineer", "2026-03-01", "2026-03-03"),
    ]


async def test_links_within_a_batch_make_one_person(ats: Caller) -> None:
    body = await send(
        ats,
        {"candidate": "a:1", "name": "Ada", "references": ["b:1"]},
        {"candidate": "b:1", "title": "Lead", "references": ["c:1"]},
        {"candidate": "c:1", "company": "Analytical"},
        {"candidate": "d:1", "name": "Joan"},
    )

    assert [item["status"] for item in body["items"]] == [201, 200, 200, 201]
    ada = await ats.read("c:1")
    assert ada["references"] == ["a:1", "b:1", "c:1"]
    assert (ada["name"], ada["title"], ada["company"]) == ("Ada", "Lead", "Analytical")
    assert {item["id"] for item in body["items"][:3]} == {str(candidate_id("a:1"))}
    by_merged_id = await send(ats, {"candidate": str(candidate_id("b:1")), "level": "lead"})
    assert (by_merged_id["items"][0]["status"], (await ats.read("a:1"))["level"]) == (200, "lead")


async def test_sent_again_a_batch_changes_nothing(ats: Caller, candidates: Sessions) -> None:
    items = [{"candidate": f"gem:{number}", "name": f"N {number}", "skills": ["go"]} for number in range(20)]
    first = await send(ats, *items)
    again = await send(ats, *items)

    assert (first["created"], again["updated"]) == (20, 20)
    assert [item["after"] for item in first["items"]] == [item["after"] for item in again["items"]]
    assert len(await published(candidates)) == 20


@pytest.mark.parametrize("items", [[], {}, [{"candidate": "gem:1"}] * 501])
async def test_a_batch_is_a_list_of_1_to_500(ats: Caller, items: Any) -> None:
    response = await ats.ask("POST", BATCH, json=items)
    assert response.status_code == 422


async def test_a_batch_needs_its_scope_and_honours_an_idempotency_key(ats: Caller, caller: Callable[..., Caller]) -> None:
    async def post(by: Caller) -> httpx.Response:
        return await by.ask("POST", BATCH, {"Idempotency-Key": "k"}, json=[{"candidate": "gem:1", "name": "Ada"}])

    assert (await post(caller("candidates:read"))).status_code == 403
    first, again = await post(ats), await post(ats)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_what_is_invalid_can_be_skipped_item_by_item(ats: Caller) -> None:
    body = await send(
        ats,
        {"candidate": "gem:1", "name": "Ada", "phones": ["call me", "030 1234567"], "level": "wizard"},
        {"candidate": "nocolon", "name": "Eve"},
        query="?on_invalid=skip",
    )

    assert [item["status"] for item in body["items"]] == [201, 422]
    assert [one["field"] for one in body["items"][0]["refused"]] == ["phones[0]", "level"]
    ada = await ats.read("gem:1")
    assert (ada["name"], ada["phones"], ada["level"]) == ("Ada", ["0301234567"], None)
