"""What is wrong with a posted event is told by field and rule, and what is right becomes an event."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from starlette.exceptions import HTTPException

from services.engagement.api.event_reading import BATCH, ONE, PLAIN, read_body, read_item
from services.engagement.api.event_schema import event_schemas
from services.engagement.domain.errors import BatchTooLong, InvalidEvent
from services.engagement.domain.incoming import Incoming
from shared.errors import DomainError, Invalid
from shared.events import FACTS
from shared.web.json_body import MalformedBody

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

GOOD: Mapping[str, Any] = {
    "source": "greenhouse",
    "id": "a-99-contacted-1",
    "type": "rekindle.pursuit.contacted",
    "subject": "greenhouse:53883394",
    "time": "2026-03-02T09:15:00Z",
    "data": {"position": "greenhouse:107761", "channel": "email"},
}


def read(item: Any, *, specversion_needed: bool = False) -> Incoming | DomainError:
    items, _ = read_body(orjson.dumps([item]), PLAIN)
    return read_item(items[0], now=NOW, specversion_needed=specversion_needed)


def problems(item: Any, **kwargs: Any) -> dict[str, str]:
    refused = read(item, **kwargs)
    assert isinstance(refused, DomainError)
    return {wrong.field: wrong.rule for wrong in refused.errors}


def of_type(type_name: str, **data: Any) -> dict[str, Any]:
    return {**GOOD, "type": f"rekindle.{type_name}", "data": data}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


BAD: list[tuple[Any, str, str]] = [
    (of_type("event.retracted", source=GOOD["source"], id=GOOD["id"]), "data.id", "must not name this event itself"),
    ("text", "body", "must be an object"),
    ([GOOD], "body", "must be an object"),
    (without("source"), "source", "is required"),
    (without("id"), "id", "is required"),
    (without("type"), "type", "is required"),
    (without("subject"), "subject", "is required"),
    (without("data"), "data.channel", "is required"),
    ({**GOOD, "source": "Green House"}, "source", "must be 1 to 50 of"),
    ({**GOOD, "source": "rekindle"}, "source", "must not be rekindle"),
    ({**GOOD, "source": 7}, "source", "must be a string"),
    ({**GOOD, "id": ""}, "id", "must be a string that is not empty"),
    ({**GOOD, "id": "x" * 501}, "id", "at most 500"),
    ({**GOOD, "specversion": "0.3"}, "specversion", 'must be "1.0"'),
    ({**GOOD, "type": "rekindle.pursuit.kissed"}, "type", "must be one of rekindle.pursuit.sourced"),
    ({**GOOD, "type": "rekindle.candidate.changed"}, "type", "must be one of"),
    ({**GOOD, "subject": "no colon"}, "subject", "must be a UUID or <source>:<external_id>"),
    ({**GOOD, "subject": "GREEN:1"}, "subject", "begin with a source"),
    ({**GOOD, "subject": "greenhouse:" + "x" * 201}, "subject", "1 to 200 printable"),
    ({**GOOD, "time": "2026-03-02T09:15:00"}, "time", "with a zone"),
    ({**GOOD, "time": "0001-01-01T00:00:00Z"}, "time", "between 1900 and 2200"),
    ({**GOOD, "time": "2999-01-01T00:00:00Z"}, "time", "between 1900 and 2200"),
    ({**GOOD, "time": "2026-06-01T13:00:01Z"}, "time", "must not be in the future"),
    ({**GOOD, "time": 1700000000}, "time", "must be an RFC 3339 time"),
    ({**GOOD, "time": "2026-02-30T00:00:00Z"}, "time", "that exists"),
    ({**GOOD, "data": [1]}, "data", "must be an object"),
    ({**GOOD, "data_base64": "e30="}, "data_base64", "is not read here"),
    ({**GOOD, "datacontenttype": "text/xml"}, "datacontenttype", "must be application/json"),
    ({**GOOD, "Bad_Name": "x"}, "Bad_Name", "is no attribute"),
    ({**GOOD, "extension": {"a": 1}}, "extension", "must be a number, a boolean or a string"),
    ({**GOOD, "source": "a\0"}, "source", "NUL"),
    ({**GOOD, "data": {"channel": "email", "message": "a\0b"}}, "data.message", "NUL"),
    ({**GOOD, "data": {"channel": "fax"}}, "data.channel", "must be 'email'"),
    ({**GOOD, "data": {"channel": "email", "words": -1}}, "data.words", "at least 0"),
    ({**GOOD, "data": {"channel": "email", "words": 1.5}}, "data.words", "whole number"),
    ({**GOOD, "data": {"channel": "email", "unknown": 1}}, "data.unknown", "is not a known field"),
    ({**GOOD, "data": {"channel": "email", "recruiter": "maria@acme.example"}}, "data.recruiter", "must be a code"),
    ({**GOOD, "data": {"channel": "email", "position": "nowhere"}}, "data.position", "must be a UUID or"),
    (of_type("pursuit.hired"), "data.position", "is required"),
    (of_type("pursuit.declined", position="a:1", reason="bored"), "data.reason", "'career_change', "),
    (of_type("pursuit.declined", position="a:1", reason="salary", facts={"asked": 1e13}), "data.facts.asked", "at most"),
    (of_type("pursuit.declined", position="a:1", reason="salary", facts={"rank": 2}), "data.facts.rank", "does not fit"),
    (of_type("pursuit.declined", position="a:1", reason="do_not_contact"), "data.evidence", "is required"),
    (of_type("candidate.hard_no_set", reason="salary"), "data.reason", "must be a hard no"),
    (of_type("candidate.rated_us", score=11), "data.score", "at most 10"),
    (of_type("pursuit.ghosted", position="a:1", by_clock=True), "data.by_clock", "must not be set"),
    (of_type("event.retracted", type="rekindle.event.retracted"), "data.type", "cannot be retracted"),
    (of_type("event.retracted", type="rekindle.pursuit.hired"), "data.position", "is required"),
    (of_type("event.retracted", source="a"), "data.id", "is required"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "field", "rule"), BAD)
def test_a_bad_event_is_refused_by_field_and_rule(item: Any, field: str, rule: str) -> None:
    found = problems(item)

    assert field in found
    assert rule in found[field]


def test_every_broken_rule_is_told_at_once() -> None:
    found = problems({"source": "X", "type": "rekindle.pursuit.contacted", "subject": "?", "data": {"words": "many"}})

    assert set(found) == {"source", "id", "subject", "data.channel", "data.words"}


def test_cloudevents_content_types_need_the_specversion() -> None:
    assert problems(GOOD, specversion_needed=True) == {"specversion": "is required"}
    assert isinstance(read({**GOOD, "specversion": "1.0"}, specversion_needed=True), Incoming)


def test_extension_attributes_are_allowed() -> None:
    event = read({**GOOD, "correlationid": "x", "attemptno": 3, "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})

    assert isinstance(event, Incoming)
    assert event.traceparent == f"00-{'a' * 32}-{'b' * 16}-01"


def test_a_time_may_be_ahead_by_a_clock_that_is_wrong_a_little() -> None:
    event = read({**GOOD, "time": (NOW + timedelta(minutes=59)).isoformat()})

    assert isinstance(event, Incoming)


def test_an_event_without_a_time_happened_on_receipt() -> None:
    event = read(without("time"))

    assert isinstance(event, Incoming)
    assert event.time == NOW


def test_what_a_sender_calls_things_is_kept_beside_their_ids() -> None:
    event = read(GOOD)

    assert isinstance(event, Incoming)
    assert (event.reference, event.position_reference) == ("greenhouse:53883394", "greenhouse:107761")
    named_by_id = read({**GOOD, "subject": str(event.candidate_id)})
    assert isinstance(named_by_id, Incoming)
    assert named_by_id.candidate_id == event.candidate_id
    assert named_by_id.reference is None


def test_private_fields_stay_off_the_bus() -> None:
    event = read({**GOOD, "data": {"channel": "email", "message": "Dear Ada"}})

    assert isinstance(event, Incoming)
    assert "Dear Ada" in event.stored_json
    assert b"Ada" not in event.public_json
    assert GOOD["id"].encode() not in event.public_json


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", MalformedBody),
        (b"{", MalformedBody),
        (b'{"source": "gre', MalformedBody),
        (b'{"source": "\xff"}', MalformedBody),
        (b'{"words": NaN}', MalformedBody),
        (b'{"words": 1e999}', MalformedBody),
        (b"[" * 65 + b"]" * 65, MalformedBody),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, MalformedBody),
        (b'{"source": "a\\u0000"}', Invalid),
        (b"[]", BatchTooLong),
        (orjson.dumps([GOOD] * 1001), BatchTooLong),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(raw: bytes, error: type[DomainError]) -> None:
    with pytest.raises(error):
        read_body(raw, PLAIN)


def test_a_nul_in_one_item_of_a_batch_is_that_items_problem() -> None:
    items, is_array = read_body(orjson.dumps([{**GOOD, "id": "a\0"}, GOOD]), "application/json; charset=utf-8")

    assert is_array
    first, second = (read_item(item, now=NOW, specversion_needed=False) for item in items)
    assert isinstance(first, Invalid)
    assert [(wrong.field, wrong.rule) for wrong in first.errors] == [("id", "must not hold a NUL character")]
    assert isinstance(second, Incoming)


@pytest.mark.parametrize(("kind", "body"), [(ONE, [GOOD]), (BATCH, GOOD)])
def test_the_content_type_says_whether_it_is_one_or_many(kind: str, body: Any) -> None:
    with pytest.raises(InvalidEvent):
        read_body(orjson.dumps(body), kind)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml"])
def test_other_content_types_are_not_read(kind: str) -> None:
    with pytest.raises(HTTPException) as refused:
        read_body(orjson.dumps(GOOD), kind)

    assert refused.value.status_code == 415


def test_the_schema_knows_every_type_that_can_be_posted() -> None:
    schemas = event_schemas()
    posted = [schemas[one["$ref"].rpartition("/")[2]] for one in schemas["Event"]["oneOf"]]

    assert [schema["properties"]["type"]["const"] for schema in posted] == list(FACTS)
