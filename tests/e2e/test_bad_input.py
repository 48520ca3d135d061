"""Bad input over HTTP: each gets a problem that names the field and the rule, and leaves nothing half done."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from itsdangerous import URLSafeSerializer

from rekindle.embedded.stack import Stack
from tests.e2e.operations import Operation, operations

JSON = {"content-type": "application/json"}
DEEP = 65


@pytest.fixture
def somebody() -> str:
    """A candidate of whom nothing is known."""
    return f"ats:{uuid4().hex}"


def an_event(somebody: str, **changes: Any) -> dict[str, Any]:
    """A good event, changed."""
    data = {"position": "ats:role-1", "channel": "email", **changes.pop("data", {})}
    event: dict[str, Any] = {
        "source": "ats",
        "id": uuid4().hex,
        "type": "rekindle.pursuit.contacted",
        "subject": somebody,
        "time": "2026-03-02T09:15:00Z",
        "data": data,
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def declined(somebody: str, **data: Any) -> dict[str, Any]:
    return an_event(somebody, type="rekindle.pursuit.declined", data={"channel": "email", **data})


def problem_of(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, str]:
    """The fields that a problem names, with their rules; fails unless it is one, well formed."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:rekindle:problem:{body['code']}"
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert code is None or body["code"] == code, body
    return {one["field"]: one["rule"] for one in body.get("errors", [])}


async def is_unknown(api: httpx.AsyncClient, somebody: str) -> bool:
    """Whether neither a fact nor a record of the person is there."""
    timeline, record = await api.get(f"/v1/timelines/{somebody}"), await api.get(f"/v1/candidates/{somebody}")
    facts = timeline.json().get("items", []) if timeline.is_success else []
    return facts == [] and record.status_code == 404


# Bodies that cannot be read

UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"contacted",
    "truncated": b'{"source": "ats", "id"',
    "more than JSON": b"{} {}",
    "NaN": b'{"data": {"words": NaN}}',
    "Infinity": b'{"data": {"amount": Infinity}}',
    "a number too large": b'{"data": {"amount": 1e999}}',
    "Latin-1": '{"source": "é"}'.encode("latin-1"),
    "UTF-16": '{"source": "ats"}'.encode("utf-16"),
    "lone surrogate": rb'{"source": "\ud800"}',
    "nested": b'{"data":' * DEEP + b"1" + b"}" * DEEP,
    "nested without end": b"[" * 200_000,
}
WRITES = [
    ("POST", "/v1/events"),
    ("PATCH", "/v1/candidates/ats:nobody"),
    ("PATCH", "/v1/positions/ats:nothing"),
    ("POST", "/v1/queue/claims"),
]


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize(("method", "path"), WRITES, ids=[path for _, path in WRITES])
async def test_a_body_that_cannot_be_read_is_refused_with_the_reason(
    api: httpx.AsyncClient, method: str, path: str, raw: bytes
) -> None:
    answer = await api.request(method, path, content=raw, headers=JSON)

    if raw:
        problem_of(answer, 400, "malformed_body")
        assert len(answer.json()["detail"]) > 20
    else:
        assert answer.status_code in {400, 422}
        assert answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), WRITES, ids=[path for _, path in WRITES])
async def test_a_huge_body_is_refused_before_it_is_read(stack: Stack, api: httpx.AsyncClient, method: str, path: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(9 * 16):
            yield b" " * 65_536

    for content in (b" " * 9_000_000, endless()):
        answer = await api.request(method, path, content=content, headers=JSON)
        problem_of(answer, 413, "body_too_large")
        assert "8388608" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
async def test_another_content_type_is_refused(api: httpx.AsyncClient, somebody: str, kind: str) -> None:
    answer = await api.post("/v1/events", content=json.dumps(an_event(somebody)), headers={"content-type": kind})

    problem_of(answer, 415, "unsupported_media_type")
    assert await is_unknown(api, somebody)


# Events that break a rule: what is changed, the field that is named, a part of the rule

SOON = (datetime.now(UTC) + timedelta(days=2)).isoformat()
RULES: list[tuple[str, dict[str, Any], str, str]] = [
    ("no source", {"source": ...}, "source", "is required"),
    ("no id", {"id": ...}, "id", "is required"),
    ("no type", {"type": ...}, "type", "is required"),
    ("no subject", {"subject": ...}, "subject", "is required"),
    ("source of another form", {"source": "Green House"}, "source", "a-z"),
    ("an id without end", {"id": "x" * 501}, "id", "500"),
    ("an id that is a number", {"id": 7}, "id", "string"),
    ("unknown type", {"type": "rekindle.pursuit.dreamt"}, "type", "rekindle.pursuit.contacted"),
    ("a type of ours", {"type": "rekindle.candidate.changed"}, "type", "rekindle.pursuit.contacted"),
    ("malformed subject", {"subject": "somebody"}, "subject", "<source>:<external_id>"),
    ("subject of another form", {"subject": "ATS:1"}, "subject", "a-z"),
    ("subject without end", {"subject": "ats:" + "x" * 201}, "subject", "200"),
    ("another specversion", {"specversion": "0.3"}, "specversion", "1.0"),
    ("time without a zone", {"time": "2026-03-02T09:15:00"}, "time", "zone"),
    ("time in year 1", {"time": "0001-01-01T00:00:00Z"}, "time", "1900"),
    ("time in year 9999", {"time": "9999-12-31T23:59:59Z"}, "time", "2200"),
    ("leap second in year 9999", {"time": "9999-12-31T23:59:60Z"}, "time", "2200"),
    ("time that comes", {"time": SOON}, "time", "future"),
    ("no such day", {"time": "2026-02-30T00:00:00Z"}, "time", "that exists"),
    ("time as a number", {"time": 1772442900}, "time", "RFC 3339"),
    ("data that is a list", {"data_list": True}, "data", "object"),
    ("malformed position", {"data": {"position": "role"}}, "data.position", "<source>:<external_id>"),
    ("no channel", {"data": {"channel": None}}, "data.channel", "is required"),
    ("unknown channel", {"data": {"channel": "pigeon"}}, "data.channel", "'email'"),
    ("words out of range", {"data": {"words": -1}}, "data.words", "at least 0"),
    ("words beyond all ranges", {"data": {"words": 10**30}}, "data.words", "whole number"),
    ("words as a fraction", {"data": {"words": 7.5}}, "data.words", "whole number"),
    ("unknown field", {"data": {"word": 7}}, "data.word", "is not a known field"),
    ("a name for a code", {"data": {"recruiter": "Maria Muster"}}, "data.recruiter", "must be a code"),
    ("NUL", {"data": {"message": "a\0b"}}, "data.message", "NUL"),
    ("NUL in a name", {"data": {"mess\0age": "a"}}, "data", "NUL"),
    ("set by the clock", {"type": "rekindle.pursuit.ghosted", "data": {"by_clock": True}}, "data.by_clock", "must not be set"),
]  # fmt: skip
CLOSES: list[tuple[str, dict[str, Any], str, str]] = [
    ("unknown reason", {"reason": "boredom"}, "data.reason", "'salary'"),
    ("hard no without evidence", {"reason": "career_change", "decided_by": "maria"}, "data.evidence", "is required"),
    ("hard no without a name", {"reason": "career_change", "evidence": "a letter"}, "data.decided_by", "is required"),
    ("facts of another reason", {"reason": "salary", "facts": {"rank": 2}}, "data.facts.rank", "asked, currency"),
    ("facts out of range", {"reason": "salary", "facts": {"asked": -1}}, "data.facts.asked", "at least 0"),
    ("facts that are a list", {"reason": "salary", "facts": []}, "data.facts", "must be"),
    ("no position", {"position": None}, "data.position", "is required"),
]


def changed(somebody: str, changes: dict[str, Any]) -> dict[str, Any]:
    event = an_event(somebody, **{name: value for name, value in changes.items() if name != "data_list"})
    return event | {"data": []} if "data_list" in changes else event


CASES = [(name, changed, changes, field, rule) for name, changes, field, rule in RULES] + [
    (name, lambda somebody, data: declined(somebody, **data), data, field, rule) for name, data, field, rule in CLOSES
]


@pytest.mark.parametrize(("make", "changes", "field", "rule"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_an_event_that_breaks_a_rule_is_refused_by_field_and_rule(
    api: httpx.AsyncClient, somebody: str, make: Any, changes: dict[str, Any], field: str, rule: str
) -> None:
    wrong = make(somebody, changes)

    named = problem_of(await api.post("/v1/events", content=json.dumps(wrong), headers=JSON), 422)
    in_a_batch = await api.post("/v1/events", content=json.dumps([wrong, an_event(f"{somebody}-other")]), headers=JSON)

    assert rule in named[field], named
    assert await is_unknown(api, somebody)
    first, second = in_a_batch.json()["items"]
    assert (in_a_batch.status_code, first["status"], second["status"]) == (207, 422, 201)
    assert {one["field"]: one["rule"] for one in first["problem"]["errors"]} == named


async def test_a_good_event_is_stored(api: httpx.AsyncClient, somebody: str) -> None:
    """What the cases above change is good before they change it."""
    assert (await api.post("/v1/events", json=an_event(somebody))).status_code == 201
    assert (await api.post("/v1/events", json=declined(somebody))).status_code == 201


# Batches


async def test_one_bad_item_does_not_hinder_the_others(api: httpx.AsyncClient, somebody: str) -> None:
    good = [an_event(somebody) for _ in range(5)]
    batch = [*good[:2], an_event(somebody, time="yesterday"), *good[2:], "no object", {}]

    answer = await api.post("/v1/events", json=batch)

    body = answer.json()
    assert (answer.status_code, body["stored"], body["invalid"]) == (207, 5, 3)
    assert [item["status"] for item in body["items"]] == [201, 201, 422, 201, 201, 201, 422, 422]
    assert [item["index"] for item in body["items"]] == list(range(8))
    assert len((await api.get(f"/v1/timelines/{somebody}")).json()["items"]) == 5


@pytest.mark.parametrize("number", [0, 1001])
async def test_a_batch_has_one_to_a_thousand_items(api: httpx.AsyncClient, somebody: str, number: int) -> None:
    answer = await api.post("/v1/events", json=[an_event(somebody)] * number)

    assert "1 to 1000" in problem_of(answer, answer.status_code)["body"]
    assert answer.status_code in {413, 422}
    assert await is_unknown(api, somebody)


async def test_the_same_id_with_other_content_is_a_conflict(api: httpx.AsyncClient, somebody: str) -> None:
    first = an_event(somebody)
    assert (await api.post("/v1/events", json=first)).status_code == 201

    for other in (
        first | {"time": "2026-03-02T09:16:00Z"},
        first | {"data": {**first["data"], "words": 7}},
        first | {"subject": f"{somebody}-other"},
    ):
        problem_of(await api.post("/v1/events", json=other), 409)
    in_a_batch = (await api.post("/v1/events", json=[first, first | {"time": "2026-03-02"}])).json()

    assert [item["status"] for item in in_a_batch["items"]] == [200, 409]
    timeline = (await api.get(f"/v1/timelines/{somebody}")).json()["items"]
    assert [item["id"] for item in timeline if item["source"] != "rekindle"] == [first["id"]]
    assert await is_unknown(api, f"{somebody}-other")


# Records


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nick": "Ada"}, "nick"),
        ({"emails": ["no address"]}, "emails[0]"),
        ({"emails": "ada@example.org"}, "emails"),
        ({"location": {"country": "Germany"}}, "location.country"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"level": "wizard"}, "level"),
        ({"years_experience": -1}, "years_experience"),
        ({"salary": {"amount": 85000, "currency": "euro"}}, "salary.currency"),
        ({"name": "x" * 100_000}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"references": ["no reference"]}, "references[0]"),
        ({"observed_at": "2026-03-02T09:15:00"}, "observed_at"),
        ({"observed_at": "9999-12-31T00:00:00Z"}, "observed_at"),
        ([], "body"),
    ],
    ids=lambda one: str(one)[:40],
)
async def test_a_record_that_breaks_a_rule_is_refused_by_field(
    api: httpx.AsyncClient, somebody: str, body: Any, field: str
) -> None:
    both = body if isinstance(body, list) else {"title": "Engineer", **body}
    answer = await api.patch(f"/v1/candidates/{somebody}", content=json.dumps(both), headers=JSON)

    assert field in problem_of(answer, 422)
    assert await is_unknown(api, somebody)


@pytest.mark.parametrize("reference", ["nobody", "ATS:1", "ats:", "ats:%00", "ats:%0A", "ats:" + "x" * 201])
async def test_a_malformed_reference_in_a_path_is_refused(api: httpx.AsyncClient, reference: str) -> None:
    for path in ("/v1/candidates/", "/v1/positions/", "/v1/timelines/"):
        assert problem_of(await api.get(path + reference), 422)


# Queries


@pytest.mark.parametrize("path", ["/v1/queue", "/v1/candidates", "/v1/positions", "/v1/pursuits", "/v1/analytics/funnel"])
async def test_unknown_and_repeated_parameters_are_refused_by_name(api: httpx.AsyncClient, path: str) -> None:
    assert "limits" in problem_of(await api.get(path, params={"limits": 5}), 400)
    assert problem_of(await api.get(f"{path}?limit=5&limit=6"), 400) == {"limit": "must be given once"}
    assert "limit" in problem_of(await api.get(path, params={"limit": "many"}), 422)
    assert "limit" in problem_of(await api.get(path, params={"limit": 0}), 422)


async def test_ten_thousand_values_of_a_filter_are_refused_by_name(api: httpx.AsyncClient) -> None:
    for path in ("/v1/analytics/funnel", "/v1/analytics/metrics/reached", "/v1/analytics/metrics/reached/members"):
        answer = await api.get(path, params={"via": ["x"] * 10_000})
        assert problem_of(answer, 422) == {"via": "must have at most 100 items"}


LISTS = [one for one in operations() if "cursor" in one.query]
WELL_KNOWN = ("rekindle", "")
"""What anybody who holds a token may know, or guess, of a deployment."""


def made_up(stack: Stack) -> list[str]:
    """Cursors that no list returned."""
    garbage = ["", "x", "AAAA", "a.b", ".", "x" * 3000, "\u00e9", "\0", "../../etc/passwd", "WyJ4Il0.AAAA"]
    forged = [
        str(URLSafeSerializer(key, salt=b"cursor").dumps(values))
        for key in (*WELL_KNOWN, stack.env["REKINDLE_DEPLOYMENT"])
        for values in (["x"], [], [1, 2, 3])
    ]
    return garbage + forged


def test_every_service_has_lists() -> None:
    assert len(LISTS) >= 8
    assert {one.path.split("/")[2] for one in LISTS} >= {
        "candidates",
        "positions",
        "pursuits",
        "timelines",
        "queue",
        "connectors",
    }


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_a_cursor_that_is_none_of_ours_is_refused(
    stack: Stack, api: httpx.AsyncClient, somebody: str, operation: Operation
) -> None:
    await api.patch("/v1/candidates/ats:somebody", json={"name": "Somebody"})
    for number in range(2):
        await api.patch(f"/v1/candidates/{somebody}{number}", json={"name": "Somebody"})
    another_list = (await api.get("/v1/candidates", params={"limit": 1})).json()["next_cursor"]
    of_another = [] if operation.path == "/v1/candidates" else [another_list]

    for cursor in (*made_up(stack), *of_another):
        body = {"position": "ats:something"} if operation.has_body else None
        answer = await api.request(operation.method, operation.url, params={"cursor": cursor}, json=body)
        assert "cursor" in problem_of(answer, answer.status_code), cursor
        assert answer.status_code in {400, 422}, cursor


async def test_a_cursor_that_was_tampered_with_is_refused(api: httpx.AsyncClient, somebody: str) -> None:
    for number in range(3):
        assert (await api.patch(f"/v1/candidates/{somebody}{number}", json={"title": "Engineer"})).is_success
    cursor = (await api.get("/v1/candidates", params={"limit": 1})).json()["next_cursor"]
    swapped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")

    assert (await api.get("/v1/candidates", params={"limit": 1, "cursor": cursor})).status_code == 200
    for path, wrong in (
        ("/v1/candidates", swapped),
        ("/v1/candidates", cursor[1:]),
        ("/v1/candidates", cursor + "A"),
        ("/v1/candidates?skill=python", cursor),
        ("/v1/positions", cursor),
        ("/v1/queue", cursor),
    ):
        problem_of(await api.get(path + ("&" if "?" in path else "?") + f"cursor={wrong}"), 400, "invalid_cursor")


# Addresses and methods


async def test_an_address_or_method_that_does_not_exist_is_a_problem_too(api: httpx.AsyncClient) -> None:
    unknown, wrong = await api.get("/v1/nothing"), await api.put("/v1/queue", json={})

    problem_of(unknown, 404, "not_found")
    problem_of(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "GET, HEAD"


async def test_the_head_of_an_answer_comes_without_its_body(api: httpx.AsyncClient) -> None:
    for path in ("/v1/queue", "/v1/analytics/metrics", "/docs", "/v1/timelines/ats:never-heard-of"):
        head, answer = await api.head(path), await api.get(path)

        assert (head.status_code, head.headers["content-type"]) == (answer.status_code, answer.headers["content-type"])
        assert head.content == b""
