"""PATCH and GET of candidates: creation, merge patch, versions, what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.candidates.conftest import Caller
from tests.integration.candidates.outgoing import published

ADA: dict[str, Any] = {
    "name": "Ada Byron",
    "emails": ["ada@example.org"],
    "phones": ["+49301234567"],
    "links": ["https://ada.example.org"],
    "time_zone": "Europe/Berlin",
    "location": {"country": "DE", "city": "Berlin"},
    "company": "Analytical",
    "title": "Backend engineer",
    "level": "senior",
    "years_experience": 7,
    "skills": ["python", "postgresql"],
    "market_status": "passive",
    "salary": {"amount": 85000, "currency": "EUR"},
    "tier": "warm",
}


async def test_a_reference_creates_a_record_with_all_that_was_told(ats: Caller) -> None:
    response = await ats.patch("greenhouse:53883394", **ADA, observed_at="2026-03-01T08:00:00Z")

    assert response.status_code == 201
    body = response.json()
    assert {name: body[name] for name in ADA} == ADA
    assert body["id"] == str(candidate_id("greenhouse:53883394")) == body["person_id"]
    assert body["references"] == ["greenhouse:53883394"]
    assert body["after"] == f"candidate:{body['id']}:1"
    assert body["phones_e164"] == ["+49301234567"]
    assert response.headers["Location"] == f"/v1/candidates/{body['id']}"
    assert (body.pop("ignored"), body.pop("refused")) == ([], [])
    assert await ats.read("greenhouse:53883394") == await ats.read(body["id"]) == body


async def test_absent_keeps_null_clears_and_objects_merge(ats: Caller) -> None:
    await ats.patched("gem:1", **ADA)

    body = await ats.patched("gem:1", title=None, location={"city": "Bonn"}, skills=[], salary=None)

    assert body["name"] == "Ada Byron"
    assert body["title"] is None
    assert body["location"] == {"country": "DE", "city": "Bonn"}
    assert body["skills"] == []
    assert body["salary"] is None


async def test_unchanged_content_makes_neither_event_nor_version(ats: Caller, candidates: Sessions) -> None:
    first = await ats.patch("gem:1", **ADA)
    again = await ats.patch("gem:1", **ADA)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.json() == first.json()
    assert len(await published(candidates)) == 1


async def test_older_content_is_kept_but_does_not_overwrite(ats: Caller) -> None:
    await ats.patched("gem:1", title="Staff engineer", observed_at="2026-03-01T00:00:00Z")
    body = await ats.patched("gem:1", title="Engineer", company="Analytical", observed_at="2026-01-01T00:00:00Z")

    assert (body["title"], body["company"]) == ("Staff engineer", "Analytical")
    history = (await ats.ask("GET", "/v1/candidates/gem:1/history?field=title")).json()["items"]
    assert [(entry["value"], entry["source"], entry["counts"]) for entry in history] == [
        ("Staff engineer", "gem", True),
        ("Engineer", "gem", False),
    ]


async def test_what_is_said_again_counts_from_when_it_was_said_last(ats: Caller) -> None:
    await ats.patched("gem:1", title="Engineer", observed_at="2026-01-01T00:00:00Z")
    await ats.patched("gem:1", title="Engineer", observed_at="2026-03-01T00:00:00Z")
    body = await ats.patched("gem:1", title="Lead", observed_at="2026-02-01T00:00:00Z")

    assert body["title"] == "Engineer"
    history = (await ats.ask("GET", "/v1/candidates/gem:1/history")).json()["items"]
    assert [(entry["value"], entry["observed_at"][:7], entry["confirmed_at"][:7]) for entry in history] == [
        ("Lead", "2026-02", "2026-02"),
        ("Engineer", "2026-01", "2026-03"),
    ]


async def test_history_goes_page_by_page(ats: Caller) -> None:
    for month in range(1, 6):
        await ats.patched("gem:1", title=f"Title {month}", observed_at=f"2026-0{month}-01T00:00:00Z")

    entries = await ats.all_of("/v1/candidates/gem:1/history?limit=2")

    seen = [entry["value"] for entry in entries]
    assert seen == [f"Title {month}" for month in (5, 4, 3, 2, 1)]


async def test_a_change_by_id_needs_the_version_that_was_read(ats: Caller) -> None:
    created = await ats.patch("gem:1", name="Ada")
    record, tag = created.json()["id"], created.headers["ETag"]

    without = await ats.patch(record, name="Eve")
    right = await ats.patch(record, name="Augusta", if_match=tag)
    stale = await ats.patch(record, name="Eve", if_match=tag)
    anyhow = await ats.patch(record, title="Countess", if_match="*")
    weak = await ats.patch(record, name="Eve", if_match=f"W/{anyhow.headers['ETag']}")

    assert [r.status_code for r in (without, right, stale, anyhow, weak)] == [428, 200, 412, 200, 412]
    assert without.json()["code"] == "version_missing"
    assert (await ats.read("gem:1"))["name"] == "Augusta"


async def test_by_reference_the_version_is_optional_but_holds(ats: Caller) -> None:
    new = await ats.patch("gem:1", name="Ada", if_match='"other"')
    assert new.status_code == 412
    assert (await ats.ask("GET", "/v1/candidates/gem:1")).status_code == 404

    created = await ats.patch("gem:1", name="Ada")
    assert (await ats.patch("gem:1", name="Eve", if_match='"other"')).status_code == 412
    assert (await ats.patch("gem:1", name="Augusta", if_match=created.headers["ETag"])).status_code == 200


async def test_only_a_new_record_is_made_with_if_none_match(ats: Caller) -> None:
    headers = {"If-None-Match": "*"}
    first = await ats.ask("PATCH", "/v1/candidates/gem:1", headers, json={})
    second = await ats.ask("PATCH", "/v1/candidates/gem:1", headers, json={})
    assert (first.status_code, second.status_code) == (201, 412)


async def test_a_known_version_is_not_sent_again(ats: Caller) -> None:
    tag = (await ats.patch("gem:1", name="Ada")).headers["ETag"]

    same = await ats.ask("GET", "/v1/candidates/gem:1", {"If-None-Match": f'"x", W/{tag}'})
    other = await ats.ask("GET", "/v1/candidates/gem:1", {"If-None-Match": '"x"'})

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert other.status_code == 200


async def test_an_id_creates_nothing(ats: Caller) -> None:
    unknown = str(candidate_id("gem:404"))
    assert (await ats.patch(unknown, name="Ada", if_match="*")).status_code == 404
    assert (await ats.ask("GET", f"/v1/candidates/{unknown}")).status_code == 404
    assert (await ats.ask("GET", "/v1/candidates/gem:404")).status_code == 404


async def test_by_id_the_source_is_the_name_of_the_token(caller: Callable[..., Caller]) -> None:
    hand = caller("candidates:read", "candidates:write", name="maria")
    record = (await hand.patched("gem:1", name="Ada"))["id"]
    await hand.patch(record, title="Countess", if_match="*")

    history = (await hand.ask("GET", f"/v1/candidates/{record}/history")).json()["items"]

    assert {entry["field"]: entry["source"] for entry in history} == {"name": "gem", "title": "maria"}


async def test_a_reference_may_hold_what_must_be_encoded_in_a_path(ats: Caller) -> None:
    odd = "greenhouse:Application[770001]/2?x=ü #"
    created = await ats.patched(odd, name="Ada")
    assert created["references"] == [odd]
    assert (await ats.read(odd))["id"] == created["id"] == str(candidate_id(odd))
    assert (await ats.ask("GET", f"/v1/candidates/{created['id']}/history")).status_code == 200


async def test_contact_details_are_for_those_who_may_see_them(ats: Caller, caller: Callable[..., Caller]) -> None:
    await ats.patched("gem:1", **ADA)
    blind = caller("candidates:read", "candidates:write")

    body = await blind.read("gem:1")
    history = (await blind.ask("GET", "/v1/candidates/gem:1/history")).json()["items"]
    listed = (await blind.ask("GET", "/v1/candidates")).json()["items"][0]
    searched = await blind.ask("GET", "/v1/candidates?email=ada@example.org")

    for record in (body, listed):
        assert record["contact_details_hidden"] is True
        assert not {"emails", "phones", "links", "phones_e164"} & record.keys()
        assert record["name"] == "Ada Byron"
    assert not {"emails", "phones", "links"} & {entry["field"] for entry in history}
    assert searched.status_code == 403


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"nickname": "A"}, "nickname"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"emails": ["nope"]}, "emails[0]"),
        ({"emails": "ada@example.org"}, "emails"),
        ({"phones": ["call me"]}, "phones[0]"),
        ({"links": ["ftp://example.org"]}, "links[0]"),
        ({"links": ["javascript:alert(1)"]}, "links[0]"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"location": {"country": "Germany"}}, "location.country"),
        ({"location": {"planet": "Mars"}}, "location.planet"),
        ({"level": "wizard"}, "level"),
        ({"years_experience": -1}, "years_experience"),
        ({"years_experience": True}, "years_experience"),
        ({"years_experience": "7"}, "years_experience"),
        ({"skills": [""]}, "skills[0]"),
        ({"market_status": "asleep"}, "market_status"),
        ({"salary": {"amount": 1}}, "salary.currency"),
        ({"salary": {"amount": -1, "currency": "EUR"}}, "salary.amount"),
        ({"salary": {"amount": 1, "currency": "euro"}}, "salary.currency"),
        ({"salary": {"amount": 1, "currency": "XQZ"}}, "salary.currency"),
        ({"tier": "outer"}, "tier"),
        ({"references": ["nocolon"]}, "references[0]"),
        ({"references": None}, "references"),
        ({"observed_at": "2026-03-01T08:00:00"}, "observed_at"),
        ({"observed_at": "0001-01-01T00:00:00Z"}, "observed_at"),
        ({"name": "nul\0"}, "name"),
    ],
)
async def test_what_breaks_a_rule_is_named_and_nothing_is_stored(ats: Caller, fields: dict[str, Any], named: str) -> None:
    response = await ats.patch("gem:1", **fields)

    assert response.status_code == 422, response.text
    assert named in {error["field"] for error in response.json()["errors"]}
    assert (await ats.ask("GET", "/v1/candidates/gem:1")).status_code == 404


@pytest.mark.parametrize("name", ["nocolon", "Gem:1", "gem:", ":1", "gem:a\tb", "x" * 51 + ":1", "gem:" + "x" * 201])
async def test_a_malformed_name_is_refused(ats: Caller, name: str) -> None:
    for response in (await ats.patch(name, name="Ada"), await ats.ask("GET", "/v1/candidates/" + quote(name, safe=""))):
        assert response.status_code in {404, 422}
        assert response.headers["content-type"] == "application/problem+json"


async def test_merge_patch_is_read_under_its_own_content_type(ats: Caller) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    response = await ats.ask("PATCH", "/v1/candidates/gem:1", headers, content=b'{"name": "Ada"}')
    text = await ats.ask("PATCH", "/v1/candidates/gem:1", {"Content-Type": "text/plain"}, content=b'{"name": "Eve"}')
    assert (response.status_code, text.status_code) == (201, 415)


async def test_spellings_of_a_skill_are_one(ats: Caller, candidates: Sessions) -> None:
    body = await ats.patched("gem:1", skills=[" Python ", "python", "PostgreSQL", "Postgres", "Knitting  in\tRows"])

    assert body["skills"] == ["python", "postgresql", "knitting in rows"]
    assert (await published(candidates))[0][3]["skills"] == ["knitting in rows", "postgresql", "python"]
    for spelling in ("postgres", " PGSQL", "PostgreSQL", "knitting IN rows"):
        found = (await ats.ask("GET", "/v1/candidates", params={"skill": spelling})).json()["items"]
        assert [one["id"] for one in found] == [body["id"]], spelling


async def test_the_bus_sees_no_personal_data(ats: Caller, candidates: Sessions) -> None:
    record = (await ats.patched("gem:1", **ADA, observed_at="2026-03-01T08:00:00Z"))["id"]

    assert await published(candidates) == [
        (
            record,
            1,
            "rekindle.candidate.changed",
            {
                "candidate_id": record,
                "person_id": record,
                "country": "DE",
                "time_zone": "Europe/Berlin",
                "level": "senior",
                "years_experience": 7.0,
                "skills": ["postgresql", "python"],
                "market_status": "passive",
                "tier": "warm",
                "salary_amount": 85000.0,
                "salary_currency": "EUR",
                "channels": ["email", "phone", "sms", "whatsapp"],
            },
        )
    ]


async def test_what_did_not_apply_is_named(ats: Caller) -> None:
    await ats.patched("gem:1", title="Lead", location={"country": "DE", "city": "Bonn"}, observed_at="2026-03-01T00:00:00Z")

    body = await ats.patched(
        "gem:1",
        title="Engineer",
        company="Analytical",
        location={"country": "DE", "city": "Berlin"},
        observed_at="2026-02-01T00:00:00Z",
    )

    assert body["ignored"] == ["location.city", "title"]
    assert (body["title"], body["company"]) == ("Lead", "Analytical")
    assert (await ats.patched("gem:1", title="CTO"))["ignored"] == []


async def test_a_time_that_has_not_come_counts_as_now(ats: Caller) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await ats.patched("gem:1", title="Lead", observed_at=ahead)

    body = await ats.patched("gem:1", title="CTO")

    assert (body["title"], body["ignored"]) == ("CTO", [])


@pytest.mark.parametrize(
    ("fields", "refused", "kept"),
    [
        ({"phones": ["call me"], "name": "Ada"}, {"phones[0]"}, {"name": "Ada", "phones": []}),
        ({"emails": ["nope", "a@b.example"]}, {"emails[0]"}, {"emails": ["a@b.example"]}),
        (
            {"location": {"country": "Germany", "city": "Bonn"}},
            {"location.country"},
            {"location": {"country": None, "city": "Bonn"}},
        ),
        ({"nickname": "A", "level": 7, "title": "Lead"}, {"nickname", "level"}, {"title": "Lead", "level": None}),
        ({"salary": {"amount": 5}, "title": "Lead"}, {"salary.currency"}, {"title": "Lead", "salary": None}),
        ({"references": ["nocolon"], "observed_at": "never", "name": "Ada"}, {"references[0]", "observed_at"}, {"name": "Ada"}),
    ],
)
async def test_what_is_invalid_can_be_skipped(
    ats: Caller, fields: dict[str, Any], refused: set[str], kept: dict[str, Any]
) -> None:
    response = await ats.ask("PATCH", "/v1/candidates/gem:1?on_invalid=skip", json=fields)

    assert response.status_code == 201, response.text
    body = response.json()
    assert {one["field"] for one in body["refused"]} == refused
    assert all(one["rule"] for one in body["refused"])
    assert {name: body[name] for name in kept} == kept


async def test_a_list_of_which_nothing_is_valid_clears_nothing(ats: Caller) -> None:
    await ats.patched("gem:1", phones=["030 1234567"])
    body = (await ats.ask("PATCH", "/v1/candidates/gem:1?on_invalid=skip", json={"phones": ["call me"]})).json()
    assert body["phones"] == ["0301234567"]


async def test_what_is_no_object_cannot_be_skipped(ats: Caller) -> None:
    bodies: tuple[Any, ...] = ([], 7, "x")
    for body in bodies:
        assert (await ats.ask("PATCH", "/v1/candidates/gem:1?on_invalid=skip", json=body)).status_code == 422


@pytest.mark.parametrize(
    ("query", "sent", "errors"),
    [
        ("", b"", [("body", "is required")]),
        ("", b"null", [("body", "is required")]),
        ("", b"[]", [("body", "must be an object")]),
        ("?on_invalid=no", b"{}", [("on_invalid", "must be 'refuse' or 'skip'")]),
        ("?history=all&on_invalid=", b"", [("on_invalid", ""), ("history", ""), ("body", "is required")]),
    ],
)
async def test_what_is_wrong_with_a_change_is_named(ats: Caller, query: str, sent: bytes, errors: list[tuple[str, str]]) -> None:
    headers = {"Content-Type": "application/json"}
    response = await ats.ask("PATCH", f"/v1/candidates/gem:1{query}", headers, content=sent)

    assert response.status_code == 422
    found = response.json()["errors"]
    assert [one["field"] for one in found] == [field for field, _ in errors]
    assert all(one["rule"].startswith(rule) for one, (_, rule) in zip(found, errors, strict=True))
