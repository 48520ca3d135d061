"""A value has one spelling, at every way in: however it is written, it is stored, shown and found as the same."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from rekindle.embedded.stack import Stack
from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from tests.integration.candidates.conftest import ALL, Caller
from tests.integration.candidates.outgoing import latest

KINDS: list[tuple[str, str, list[str], str]] = [
    ("candidates", "skills", ["PostgreSQL", " postgres", "PGSQL", "Postgre  SQL"], "postgresql"),
    ("candidates", "skills", ["Köchin", "KO\u0308CHIN"], "köchin"),
    ("candidates", "emails", ["ü@exämple.de", " u\u0308@exa\u0308mple.de", "ü@XN--EXMPLE-CUA.DE"], "ü@exämple.de"),
    ("candidates", "phones", ["+49 30 1234567", "0049 (0)30/1234567", "tel:+49-30-1234567"], "+49301234567"),
    ("candidates", "phones", ["+49 30 1234567 ext. 7", "+49 30 1234567x7", "+49301234567;ext=7"], "+49301234567;ext=7"),
    ("candidates", "links", ["https://example.org/", "HTTPS://EXAMPLE.org:443", "https://example.org"], "https://example.org"),
    ("candidates", "location.country", ["DE", "de", " De "], "DE"),
    ("candidates", "location.city", ["Köln", "Ko\u0308ln "], "Köln"),
    ("candidates", "time_zone", ["Europe/Berlin", "europe/berlin", " EUROPE/BERLIN"], "Europe/Berlin"),
    ("candidates", "references", ["gem:zoë", "gem:zoe\u0308"], "gem:zoë"),
    ("positions", "skills", ["Golang", "GO", "go lang"], "go"),
    ("positions", "requirements", ["Ten years", "Ten years "], "Ten years"),
    ("positions", "locations", ["DE", "de"], "DE"),
    ("positions", "sponsor", ["zoë", "zoe\u0308"], "zoë"),
]


def sent_as(field: str, value: str) -> dict[str, Any]:
    """A body with a value in a field."""
    name, _, member = field.partition(".")
    if member:
        return {name: {member: value}}
    shapes: dict[str, Any] = {"locations": [{"country": value}], "time_zone": value, "sponsor": value}
    return {name: shapes.get(name, [value])}


@pytest.mark.parametrize(("thing", "field", "spellings", "stored"), KINDS)
async def test_spellings_of_a_value_are_stored_as_one(
    ats: Caller, thing: str, field: str, spellings: list[str], stored: str
) -> None:
    first = await ats.patched("ats:1", thing=thing, **sent_as(field, spellings[0]))
    assert f'"{stored}"' in (await ats.ask("GET", f"/v1/{thing}/ats:1")).text
    for spelling in spellings:
        again = await ats.patched("ats:1", thing=thing, **sent_as(field, spelling))
        assert again["after"] == first["after"], f"{spelling!r} is no change"
    if isinstance(first[field.partition(".")[0]], list) and field != "references":
        together = await ats.patched(
            "ats:2", thing=thing, **{field: [one for s in spellings for one in sent_as(field, s)[field]]}
        )
        assert len({str(one) for one in together[field]}) == 1


@pytest.mark.parametrize(
    ("thing", "parameter", "field", "spellings"),
    [
        ("candidates", "skill", "skills", ["postgres", "PostgreSQL", "  postgresql"]),
        ("candidates", "email", "emails", ["ü@exämple.de", "Ü@EXÄMPLE.de", "u\u0308@xn--exmple-cua.de"]),
        ("candidates", "country", "location.country", ["DE", "de"]),
        ("positions", "skill", "skills", ["js", "JavaScript", "Java Script"]),
        ("positions", "sponsor", "sponsor", ["zoë", "zoe\u0308"]),
    ],
)
async def test_a_filter_reads_a_value_as_a_record_does(
    ats: Caller, thing: str, parameter: str, field: str, spellings: list[str]
) -> None:
    for stored in spellings:
        record = (await ats.patched("ats:1", thing=thing, **sent_as(field, stored)))["id"]
        for asked in spellings:
            found = await ats.ask("GET", f"/v1/{thing}?{parameter}={quote(asked)}")
            assert [one["id"] for one in found.json()["items"]] == [record], (stored, asked)


async def test_a_filter_by_what_is_no_address_is_refused_by_name(ats: Caller) -> None:
    answer = await ats.ask("GET", "/v1/candidates?email=nobody")

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["email"])


async def test_a_national_number_is_read_as_of_the_country_that_is_known(ats: Caller, candidates: Sessions) -> None:
    assert (await ats.patched("ats:1", phones=["030 1234567"]))["phones"] == ["0301234567"]
    berlin = await ats.patched("ats:2", phones=["030 1234567", "+49 30 1234567", "030/1234567 ext 7"], location={"country": "DE"})
    assert berlin["phones"] == ["+49301234567", "+49301234567;ext=7"]
    assert berlin["phones_e164"] == ["+49301234567", "+49301234567"]
    assert (await ats.patched("ats:2", phones=["030 7654321"]))["phones"] == ["+49307654321"]
    assert (await ats.patched("ats:2", phones=["01 7654321"], location={"country": "AT"}))["phones"] == ["+4317654321"]
    assert (await latest(candidates))[berlin["id"]]["channels"] == ["phone", "sms", "whatsapp"]


async def test_a_national_number_of_a_person_without_country_is_read_as_the_setting_says(
    settings: CandidatesSettings, caller: Callable[..., Caller], ats: Caller
) -> None:
    settings.phone_region = "DE"
    batch = [{"candidate": "ats:2", "phones": ["030 1234567"]}, {"candidate": "ats:3", "phones": ["call me", "+1"]}]

    assert (await ats.patched("ats:1", phones=["030 1234567"]))["phones"] == ["+49301234567"]
    items = (await ats.ask("POST", "/v1/candidates/batch?on_invalid=skip", json=batch)).json()["items"]
    assert [[one["field"] for one in item["refused"]] for item in items] == [[], ["phones[0]", "phones[1]"]]
    assert (await ats.read("ats:2"))["phones"] == ["+49301234567"]


async def test_an_address_stays_as_it_was_sent(ats: Caller) -> None:
    await ats.patched("ats:1", emails=["A.da+jobs@gmail.com", "ada@outlook.com"])

    assert (await ats.read("ats:1"))["emails"] == ["A.da+jobs@gmail.com", "ada@outlook.com"]
    found = {
        email: (await ats.ask("GET", f"/v1/candidates?email={email}")).json()["items"]
        for email in ("ada@gmail.com", "ADA@outlook.com")
    }
    assert [len(items) for items in found.values()] == [0, 1]


async def test_attributes_are_codes_by_keys_that_are_set(
    settings: CandidatesSettings, caller: Callable[..., Caller], candidates: Sessions
) -> None:
    settings.attribute_keys = "gender,age_band"
    team = caller(*ALL, "attributes:read", "attributes:write")

    body = await team.patched("ats:1", attributes={"gender": "f", "age_band": "40-49"})
    assert body["attributes"] == {"age_band": "40-49", "gender": "f"}
    assert (await latest(candidates))[body["id"]]["attributes"] == {"gender": "f", "age_band": "40-49"}
    assert list(body["sources"]) == ["attributes.age_band", "attributes.gender"]
    assert (await caller(*ALL).read("ats:1"))["sources"] == {}, "not without the scope that shows them"
    assert (await team.patched("ats:1", attributes={"gender": None}))["attributes"] == {"age_band": "40-49"}
    for wrong, named in (({"faith": "x"}, "attributes.faith"), ({"gender": "a woman"}, "attributes.gender")):
        answer = await team.patch("ats:1", attributes=wrong)
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [named])
    skipped = await team.ask("PATCH", "/v1/candidates/ats:1?on_invalid=skip", json={"attributes": {"faith": "x", "gender": "d"}})
    assert skipped.json()["attributes"] == {"age_band": "40-49", "gender": "d"}
    assert [one["field"] for one in skipped.json()["refused"]] == ["attributes.faith"]
    assert (await team.patched("ats:1", attributes=None))["attributes"] == {}
    assert "attributes" not in (await latest(candidates))[body["id"]]


async def test_attributes_are_shown_and_changed_under_their_own_scopes_alone(
    settings: CandidatesSettings, caller: Callable[..., Caller], real_stores: Stack
) -> None:
    settings.attribute_keys = "gender"
    team, ats = caller(*ALL, "attributes:read", "attributes:write"), caller(*ALL, name="ats")
    await team.patched("ats:1", attributes={"gender": "secret-code"}, references=["gem:1"])
    guess: dict[str, Any] = {"attributes": {"gender": "other-code"}, "observed_at": "2020-01-01"}
    writer = caller("candidates:read", "candidates:write", "attributes:write", name="writer")

    refused = [
        await ats.patch("ats:1", **guess),
        await ats.ask("PATCH", "/v1/candidates/ats:1?on_invalid=skip", json={"attributes": None}),
    ]
    batch = await ats.ask("POST", "/v1/candidates/batch", json=[{"candidate": "ats:1", **guess}])
    assert [one.status_code for one in refused] == [403, 403]
    assert [one["status"] for one in batch.json()["items"]] == [403]

    blind = [
        await ats.ask("GET", "/v1/candidates/ats:1"),
        await ats.ask("GET", "/v1/candidates?limit=10"),
        await ats.ask("GET", "/v1/candidates/ats:1/history"),
        await ats.ask("GET", "/v1/candidates/ats:1/history?field=attributes"),
        await ats.ask("GET", "/v1/candidates/ats:1/history?field=attributes.gender"),
        await ats.patch("ats:1", title="Lead"),
        await writer.patch("ats:1", **guess),
        await writer.ask("POST", "/v1/candidates/batch", json=[{"candidate": "ats:1", **guess}]),
        await ats.unlink("ats:1", "gem:1"),
    ]
    assert [one.status_code for one in blind] == [200, 200, 200, 200, 200, 200, 200, 207, 200]
    assert not any("secret-code" in one.text or "attributes" in one.text for one in blind)
    assert [one.json()["items"] for one in blind[3:5]] == [[], []]
    entries = (await team.ask("GET", "/v1/candidates/ats:1/history?field=attributes")).json()["items"]
    assert {one["value"] for one in entries} == {"secret-code", "other-code"}
