"""What moves a person is kept, dated and by whom; it is superseded and never overwritten, found by, and asked for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from shared.db.engine import Sessions
from tests.integration.candidates.conftest import Caller


def insight(text: str = "Wants to lead a small team", **fields: Any) -> dict[str, Any]:
    return {"kind": "motivation", "text": text, "source": "call", **fields}


async def record(ats: Caller, person: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await ats.ask("POST", f"/v1/candidates/{quote(person, safe='')}/insights", headers, json=body)


async def recorded(ats: Caller, person: str, **fields: Any) -> dict[str, Any]:
    response = await record(ats, person, insight(**fields))
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


async def listed(ats: Caller, person: str, query: str = "") -> list[str]:
    """The texts of a person's insights."""
    return [one["text"] for one in await ats.all_of(f"/v1/candidates/{quote(person, safe='')}/insights?limit=2{query}")]


async def questions(ats: Caller, person: str) -> dict[str, str | None]:
    page = (await ats.ask("GET", f"/v1/candidates/{quote(person, safe='')}/insights")).json()
    return {one["about"]: one["last_known_at"] for one in page["open_questions"]}


async def test_an_insight_is_kept_with_its_date_its_author_and_how_it_was_learnt(ats: Caller) -> None:
    person = await ats.patched("gem:ada", name="Ada Byron")

    said = await recorded(ats, "gem:ada", observed_at="2026-03-02T09:00:00Z", recruiter="maria", confidence="likely")

    assert said["candidate_id"] == person["id"]
    assert (said["author"], said["source"], said["confidence"]) == ("maria", "call", "likely")
    assert said["observed_at"] == "2026-03-02T09:00:00Z"
    assert await listed(ats, "gem:ada") == ["Wants to lead a small team"]
    assert (await recorded(ats, "gem:ada", observed_at="2199-01-01"))["observed_at"] < "2199"


async def test_a_later_insight_supersedes_an_earlier_one_once_and_both_are_kept(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    first = await recorded(ats, "gem:ada", text="Would like to lead")

    second = await recorded(ats, "gem:ada", text="Has led, and would rather build", supersedes=first["id"])

    assert await listed(ats, "gem:ada") == ["Has led, and would rather build"]
    assert set(await listed(ats, "gem:ada", "&superseded=true")) == {"Would like to lead", "Has led, and would rather build"}
    again = await record(ats, "gem:ada", insight("Wants to manage", supersedes=first["id"]))
    assert (again.status_code, again.json()["code"]) == (409, "insight_superseded")
    assert again.json()["superseded_by"] == second["id"]
    unknown = await record(ats, "gem:ada", insight(supersedes=str(uuid4())))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "insight_unknown")


async def test_the_same_request_again_records_nothing_twice(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")

    first, again = [await record(ats, "gem:ada", insight(), key="one") for _ in range(2)]

    assert first.json() == again.json()
    assert len(await listed(ats, "gem:ada")) == 1


async def test_pages_hold_each_insight_once_and_of_one_kind_where_asked(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    for number in range(5):
        await recorded(ats, "gem:ada", text=f"Said {number}", observed_at=f"2026-0{number // 2 + 1}-01T00:00:00Z")
    await recorded(ats, "gem:ada", kind="concern", text="A long way to work")

    assert sorted(await listed(ats, "gem:ada", "&kind=motivation")) == [f"Said {number}" for number in range(5)]
    assert (await listed(ats, "gem:ada"))[0] == "A long way to work"
    assert len(await listed(ats, "gem:ada")) == 6


async def test_people_who_are_one_have_all_insights_and_part_with_their_own(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await ats.patched("ats:7", name="A. Byron")
    mine = await recorded(ats, "gem:ada", text="Wants to lead")
    await ats.patched("gem:ada", references=["ats:7"])
    await recorded(ats, "ats:7", text="Would rather build", supersedes=mine["id"])

    assert await listed(ats, "gem:ada") == ["Would rather build"]
    assert await found(ats, "rather") == ["gem:ada"]
    assert await found(ats, "lead") == []

    assert (await ats.unlink("gem:ada", "ats:7")).status_code == 200
    assert await listed(ats, "gem:ada") == ["Wants to lead"]
    assert await listed(ats, "ats:7") == ["Would rather build"]
    assert (await found(ats, "lead"), await found(ats, "rather")) == (["gem:ada"], ["ats:7"])


async def found(ats: Caller, words: str) -> list[str]:
    page = (await ats.ask("GET", "/v1/candidates", params={"q": words})).json()
    return [one["references"][0] for one in page["items"]]


async def test_people_are_found_by_the_words_of_insights_that_count_and_what_matched_is_marked(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    first = await recorded(ats, "gem:ada", text="Dreams of sailing\nround Iceland")

    [item] = (await ats.ask("GET", "/v1/candidates", params={"q": "sailing"})).json()["items"]
    assert item["matched"] == [{"field": "insights", "text": "Dreams of sailing", "spans": [[10, 17]]}]

    await recorded(ats, "gem:ada", text="Sold the boat", supersedes=first["id"])
    assert (await found(ats, "sailing"), await found(ats, "boat")) == ([], ["gem:ada"])
    await ats.patched("gem:ada", title="Captain")
    assert await found(ats, "boat") == ["gem:ada"]


async def test_what_is_not_known_yet_or_was_learnt_long_ago_is_asked_for(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron", salary={"amount": 90000, "currency": "EUR"}, emails=["ada@example.org"])
    before = await questions(ats, "gem:ada")

    await recorded(ats, "gem:ada")
    await recorded(ats, "gem:ada", kind="concern", text="The notice period", observed_at="2020-05-01T00:00:00Z")

    after = await questions(ats, "gem:ada")
    assert list(before)[:2] == ["motivation", "concern"]
    assert {"compensation", "contact"}.isdisjoint(before)
    assert "motivation" not in after
    assert after["concern"] == "2020-05-01T00:00:00Z"
    assert after["location"] is None


async def test_an_erasure_leaves_no_insight_and_counts_them(ats: Caller, candidates: Sessions) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    await recorded(ats, "gem:ada")

    erased = (await ats.ask("POST", "/v1/erasures", json={"candidate": "gem:ada"})).json()

    assert erased["services"][0]["removed"]["insights"] == 1
    async with candidates.alone() as connection:
        left = await connection.fetch("SELECT id FROM candidate_insights")
        words = await connection.fetch("SELECT id FROM candidates WHERE insights IS NOT NULL OR words <> ''")
    assert (left, words) == ([], [])
    assert (await record(ats, "gem:ada", insight())).status_code == 410


async def test_insights_are_written_and_read_by_those_who_may(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    reader, writer, reporter = caller("candidates:read"), caller("candidates:write"), caller("engagement:write")

    assert (await record(reader, "gem:ada", insight())).status_code == 403
    assert (await record(reporter, "gem:ada", insight())).status_code == 201
    assert (await record(writer, "gem:ada", insight())).status_code == 201
    assert (await writer.ask("GET", "/v1/candidates/gem:ada/insights")).status_code == 403
    assert (await record(ats, "gem:nobody", insight())).status_code == 404


async def test_what_breaks_a_rule_is_refused_by_field(ats: Caller) -> None:
    await ats.patched("gem:ada", name="Ada Byron")
    wrong = [
        ("kind", insight(kind="rumour")),
        ("text", insight("  ")),
        ("text", insight("x" * 2001)),
        ("confidence", insight(confidence=0.5)),
        ("source", insight(source="told by a friend")),
        ("supersedes", insight(supersedes="first")),
        ("observed_at", insight(observed_at="1850-01-01")),
        ("mood", insight(mood="good")),
    ]

    for field, body in wrong:
        response = await record(ats, "gem:ada", body)
        assert response.status_code == 422, (field, response.text)
        assert [one["field"] for one in response.json()["errors"]] == [field]
