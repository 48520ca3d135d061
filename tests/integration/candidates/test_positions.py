"""PATCH and GET of positions: fields, openings and closings, snapshots, what is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.ids import position_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import latest, published

POSITIONS = "rekindle.positions.v1"

STAFF: dict[str, Any] = {
    "title": "Staff engineer",
    "status": "open",
    "sponsor": "acme",
    "level": "staff",
    "skills": ["python"],
    "years_experience": 8,
    "requirements": [{"text": "Ten years of Python", "skills_any": ["python"], "level_from": "senior", "years_from": 10}],
    "needs": [{"text": "Somebody who finishes the migration", "skills_any": [], "level_from": None, "years_from": None}],
    "downsides": ["On call"],
    "remote": True,
    "locations": [{"country": "DE"}, {"country": "AT", "city": "Wien"}],
    "salary": {"min": 90000, "max": 110000, "currency": "EUR"},
    "employment": "contract",
    "starts_on": "2026-05-01",
    "ends_on": "2026-12-31",
    "opened_at": "2026-01-05T00:00:00Z",
}


async def patch(ats: Caller, **fields: Any) -> dict[str, Any]:
    return await ats.patched("greenhouse:107761", thing="positions", **fields)


async def test_a_position_has_all_that_was_sent(ats: Caller, candidates: Sessions) -> None:
    response = await ats.patch("greenhouse:107761", thing="positions", **STAFF, closed_at=None)

    body = response.json()
    assert response.status_code == 201
    assert {name: body[name] for name in STAFF} == STAFF
    assert body["closed_at"] is None
    assert body["spans"] == [{"opened_at": "2026-01-05T00:00:00Z", "closed_at": None}]
    assert body["id"] == str(position_id("greenhouse:107761"))
    assert body["after"] == f"position:{body['id']}:1"
    assert (body.pop("ignored"), body.pop("refused")) == ([], [])
    assert await ats.read(body["id"], thing="positions") == body
    assert await published(candidates, POSITIONS) == [
        (
            body["id"],
            1,
            "rekindle.position.changed",
            {
                "position_id": body["id"],
                "reference": "greenhouse:107761",
                "title": "Staff engineer",
                "status": "open",
                "spans": [{"opened_at": "2026-01-05T00:00:00Z"}],
                "sponsor": "acme",
                "level": "staff",
                "skills": ["python"],
                "years_experience": 8.0,
                "remote": True,
                "countries": ["AT", "DE"],
                "cities": ["wien"],
                "locations": [{"country": "AT", "city": "wien"}, {"country": "DE"}],
                "salary_min": 90000.0,
                "salary_max": 110000.0,
                "salary_currency": "EUR",
                "requirements": [{"skills_any": ["python"], "level_from": "senior", "years_from": 10.0}],
                "needs": [{"skills_any": []}],
                "employment": "contract",
                "starts_on": "2026-05-01",
                "ends_on": "2026-12-31",
            },
        )
    ]


async def test_unchanged_content_makes_neither_event_nor_version(ats: Caller, candidates: Sessions) -> None:
    first = await ats.patch("greenhouse:1", thing="positions", **STAFF)
    again = await ats.patch("greenhouse:1", thing="positions", **STAFF)

    assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    assert len(await published(candidates, POSITIONS)) == 1


async def test_a_snapshot_of_an_older_release_is_published_anew_with_its_title(ats: Caller, candidates: Sessions) -> None:
    await patch(ats, **STAFF)
    async with candidates.begin() as session:
        old = """{"position_id": "x"}"""
        await session.execute(text("UPDATE positions SET snapshot = convert_to(:old, 'UTF8')"), {"old": old})

    body = await patch(ats, **STAFF)

    assert (await latest(candidates, POSITIONS))[body["id"]]["title"] == "Staff engineer"
    assert body["after"] == f"position:{body['id']}:2"


async def test_closed_without_a_time_closed_when_that_was_observed(ats: Caller) -> None:
    await patch(ats, **STAFF, observed_at="2026-01-05T00:00:00Z")
    body = await patch(ats, status="closed", observed_at="2026-03-01T00:00:00Z")
    again = await patch(ats, status="closed", observed_at="2026-04-01T00:00:00Z")

    assert (body["status"], body["closed_at"]) == ("closed", "2026-03-01T00:00:00Z")
    assert again == body


async def test_reopening_opens_a_new_span_and_keeps_the_old(ats: Caller, candidates: Sessions) -> None:
    await patch(ats, **STAFF, observed_at="2026-01-05T00:00:00Z")
    await patch(ats, status="closed", closed_at="2026-02-27T00:00:00Z", observed_at="2026-03-01T00:00:00Z")
    body = await patch(ats, status="open", closed_at=None, opened_at=STAFF["opened_at"], observed_at="2026-05-01T00:00:00Z")

    spans = [
        {"opened_at": "2026-01-05T00:00:00Z", "closed_at": "2026-02-27T00:00:00Z"},
        {"opened_at": "2026-05-01T00:00:00Z", "closed_at": None},
    ]
    assert (body["status"], body["closed_at"], body["spans"]) == ("open", None, spans)
    (snapshot,) = (await latest(candidates, POSITIONS)).values()
    assert snapshot["spans"] == [spans[0], {"opened_at": "2026-05-01T00:00:00Z"}]


async def test_openings_do_not_depend_on_the_order_of_arrival(ats: Caller) -> None:
    sent = [
        {"status": "open", "opened_at": "2026-01-01T00:00:00Z", "observed_at": "2026-01-02T00:00:00Z"},
        {"status": "closed", "observed_at": "2026-02-01T00:00:00Z"},
        {"status": "open", "observed_at": "2026-03-01T00:00:00Z"},
        {"closed_at": "2026-03-20T00:00:00Z", "observed_at": "2026-04-01T00:00:00Z"},
    ]
    for number, order in enumerate(permutations(sent)):
        for fields in order:
            await ats.patched(f"s:{number}", thing="positions", **fields)
        body = await ats.read(f"s:{number}", thing="positions")
        assert body["status"] == "closed"
        assert body["spans"] == [
            {"opened_at": "2026-01-01T00:00:00Z", "closed_at": "2026-02-01T00:00:00Z"},
            {"opened_at": "2026-03-01T00:00:00Z", "closed_at": "2026-03-20T00:00:00Z"},
        ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"nickname": "x"}, "nickname"),
        ({"references": ["gem:1"]}, "references"),
        ({"title": " "}, "title"),
        ({"status": "ajar"}, "status"),
        ({"sponsor": "Acme Incorporated"}, "sponsor"),
        ({"remote": "yes"}, "remote"),
        ({"remote": 1}, "remote"),
        ({"locations": [{"country": "Germany"}]}, "locations[0].country"),
        ({"needs": ["x" * 2001]}, "needs[0]"),
        ({"needs": [{"skills_any": ["go"]}]}, "needs[0].text"),
        ({"requirements": ["a", {"text": "b", "level_from": "wizard"}]}, "requirements[1].level_from"),
        ({"requirements": [{"text": "b", "years_from": "5"}]}, "requirements[0].years_from"),
        ({"requirements": [{"text": "b", "salary": 5}]}, "requirements[0].salary"),
        ({"employment": "forever"}, "employment"),
        ({"starts_on": "1899-12-31"}, "starts_on"),
        ({"starts_on": "2026-05-01T08:00:00Z"}, "starts_on"),
        ({"ends_on": "2201-01-01"}, "ends_on"),
        ({"ends_on": "2026-02-30"}, "ends_on"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "ends_on"),
        ({"salary": {"min": 2, "max": 1, "currency": "EUR"}}, "salary.min"),
        ({"salary": {"min": 2}}, "salary.currency"),
        ({"salary": {"min": 1, "currency": "XQZ"}}, "salary.currency"),
        ({"opened_at": "2026-02-01T00:00:00Z", "closed_at": "2026-01-01T00:00:00Z"}, "closed_at"),
        ({"closed_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}, "closed_at"),
        ({"opened_at": "yesterday"}, "opened_at"),
        ({"years_experience": 1e9}, "years_experience"),
    ],
)
async def test_what_breaks_a_rule_is_named_and_nothing_is_stored(ats: Caller, fields: dict[str, Any], named: str) -> None:
    response = await ats.patch("gem:1", thing="positions", **fields)

    assert response.status_code == 422, response.text
    assert named in {error["field"] for error in response.json()["errors"]}
    assert (await ats.ask("GET", "/v1/positions/gem:1")).status_code == 404


async def test_what_is_told_must_fit_what_is_known(ats: Caller) -> None:
    await patch(ats, **STAFF)

    above = await ats.patch("greenhouse:107761", thing="positions", salary={"min": 120000})
    before = await ats.patch("greenhouse:107761", thing="positions", status="closed", closed_at="2025-12-01T00:00:00Z")
    body = await patch(ats, salary={"max": 130000})

    assert above.json()["errors"][0]["field"] == "salary.min"
    assert before.json()["errors"][0]["field"] == "closed_at"
    assert body["salary"] == {"min": 90000, "max": 130000, "currency": "EUR"}


async def test_versions_hold_as_for_candidates(ats: Caller) -> None:
    created = await ats.patch("gem:1", thing="positions", title="Lead")
    record, tag = created.json()["id"], created.headers["ETag"]

    statuses = [
        (await ats.patch(record, thing="positions", title="Eng")).status_code,
        (await ats.patch(record, thing="positions", title="Eng", if_match='"old"')).status_code,
        (await ats.patch(record, thing="positions", title="Eng", if_match=tag)).status_code,
        (await ats.patch(str(position_id("gem:2")), thing="positions", title="Eng", if_match="*")).status_code,
        (await ats.ask("GET", "/v1/positions/gem:2")).status_code,
        (await ats.ask("GET", "/v1/positions/gem:1", {"If-None-Match": tag})).status_code,
    ]
    assert statuses == [428, 412, 200, 404, 404, 200]


async def test_patches_of_one_position_at_once_all_count(ats: Caller) -> None:
    fields = {"title": "Lead", "level": "lead", "sponsor": "acme", "remote": False}

    await asyncio.gather(*(ats.patched("gem:1", thing="positions", **{name: value}) for name, value in fields.items()))

    body = await ats.read("gem:1", thing="positions")
    assert {name: body[name] for name in fields} == fields


async def test_positions_are_listed_by_what_they_are(ats: Caller) -> None:
    await ats.patched("gem:1", thing="positions", status="open", level="lead", skills=["Go"], sponsor="acme")
    await ats.patched("gem:2", thing="positions", status="closed", level="lead")
    asked = {"": 2, "?status=open": 1, "?level=lead": 2, "?skill=GO": 1, "?sponsor=acme&status=open": 1, "?status=draft": 0}

    for query, count in asked.items():
        page = (await ats.ask("GET", f"/v1/positions{query}")).json()
        assert (len(page["items"]), page["next_cursor"]) == (count, None), query


async def test_positions_are_found_by_many_names_at_once(ats: Caller) -> None:
    known = [(await ats.patched(f"ats:{number}", thing="positions", title=f"Job {number}"))["id"] for number in range(3)]

    answer = await ats.ask("GET", "/v1/positions", params={"ids": f"{known[0]},ats:2,ats:2,ats:unknown"})
    refused = await ats.ask("GET", "/v1/positions", params={"ids": known[0], "status": "open"})
    many = await ats.ask("GET", "/v1/positions", params={"ids": ",".join(f"ats:{number}" for number in range(201))})

    assert [one["id"] for one in answer.json()["items"]] == sorted([known[0], known[2]])
    assert answer.json()["next_cursor"] is None
    assert (refused.status_code, many.status_code) == (422, 422)


async def test_the_history_of_a_position_names_sources_and_times(ats: Caller) -> None:
    await ats.patched("gem:1", thing="positions", title="Lead", observed_at="2026-01-01T00:00:00Z")
    await ats.patched("gem:1", thing="positions", title="Head", observed_at="2026-02-01T00:00:00Z")

    items = (await ats.ask("GET", "/v1/positions/gem:1/history")).json()["items"]

    assert [(one["field"], one["value"], one["source"], one["counts"]) for one in items] == [
        ("title", "Head", "gem", True),
        ("title", "Lead", "gem", False),
    ]
    assert all(one["received_at"] for one in items)


async def test_what_did_not_apply_or_was_skipped_is_named(ats: Caller) -> None:
    await ats.patched("gem:1", thing="positions", status="closed", closed_at="2026-03-01T00:00:00Z")

    older = await ats.patched("gem:1", thing="positions", title="Lead", status="open", observed_at="2026-01-01T00:00:00Z")
    skipped = await ats.ask(
        "PATCH", "/v1/positions/gem:1?on_invalid=skip", json={"salary": {"min": 5}, "level": "wizard", "sponsor": "acme"}
    )

    assert (older["title"], older["status"], older["ignored"]) == ("Lead", "closed", ["status"])
    assert {one["field"] for one in skipped.json()["refused"]} == {"level", "salary.currency"}
    assert (skipped.json()["sponsor"], skipped.json()["salary"]) == ("acme", None)


async def test_a_text_alone_is_the_text_of_a_requirement(ats: Caller) -> None:
    body = await patch(ats, requirements=[" Ten years ", {"text": "Go", "skills_any": ["Golang", "go"], "level_from": None}])

    nothing: dict[str, Any] = {"skills_any": [], "level_from": None, "years_from": None}
    assert body["requirements"] == [{"text": "Ten years", **nothing}, {**nothing, "text": "Go", "skills_any": ["go"]}]
    again = await patch(ats, requirements=body["requirements"])
    assert again["after"] == body["after"], "what is shown can be sent back"
    assert (await patch(ats, requirements=None))["requirements"] == []


async def test_the_last_day_is_not_before_the_first_across_what_is_stored(ats: Caller) -> None:
    await patch(ats, starts_on="2026-05-01", ends_on="2026-12-31")
    for field, value in (("ends_on", "2026-04-30"), ("starts_on", "2027-01-01")):
        refused = await ats.patch("greenhouse:107761", thing="positions", **{field: value})
        assert [one["field"] for one in refused.json()["errors"]] == [field]
    skipped = await ats.ask(
        "PATCH", "/v1/positions/greenhouse:107761?on_invalid=skip", json={"ends_on": "2026-04-30", "remote": True}
    )
    assert [one["field"] for one in skipped.json()["refused"]] == ["ends_on"]
    assert (skipped.json()["ends_on"], skipped.json()["remote"]) == ("2026-12-31", True)
    assert (await patch(ats, starts_on="2026-12-31"))["starts_on"] == "2026-12-31"
    assert (await patch(ats, starts_on="2028-01-01", ends_on=None))["ends_on"] is None


async def test_an_invalid_requirement_is_skipped_and_the_others_are_stored(ats: Caller) -> None:
    sent = {"needs": ["Calm", "x" * 2001, {"skills_any": ["go"]}, {"text": "Go", "level_from": "wizard"}]}
    response = await ats.ask("PATCH", "/v1/positions/greenhouse:107761?on_invalid=skip", json=sent)

    assert [one["field"] for one in response.json()["refused"]] == ["needs[1]", "needs[2].text", "needs[3].level_from"]
    assert [one["text"] for one in response.json()["needs"]] == ["Calm", "Go"]
