"""What travels on the bus: no private field whatever it holds, and what was sent is what is read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

import shared.events
from shared.events import (
    EVENTS,
    Event,
    PursuitContacted,
    PursuitDeclined,
    PursuitResponded,
    PursuitSourced,
    Topic,
    UndecodableRecordError,
    decode,
)
from shared.events.base import EventData
from shared.events.cloudevent import LAST_SEQUENCE
from shared.events.fields import private_fields
from shared.events.pursuits import CloseFact
from shared.events.vocabulary import Reason
from tests.unit.shared.instances import MARKER, an_instance, arguments

WITH_PRIVATE = [kind for kind in EVENTS if private_fields(kind)]
REASONS = [(kind, reason) for kind in EVENTS if issubclass(kind, CloseFact) for reason in Reason]
NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def marked(value: Any, path: str = "") -> list[str]:
    """Where the marker stands."""
    if isinstance(value, dict):
        return [found for name, one in value.items() for found in marked(one, f"{path}.{name}".lstrip("."))]
    if isinstance(value, list):
        return [found for one in value for found in marked(one, f"{path}[]")]
    return [path] if value == MARKER else []


def test_the_private_fields_are_those_that_hold_free_text_or_a_sender_s_own_words() -> None:
    private = {kind.__name__: marked(arguments(kind)) for kind in EVENTS if marked(arguments(kind))}

    further = "also[].facts.wanted_role"
    closes = ["facts.wanted_role", further, "evidence", "decided_by"]
    assert private == {
        "PursuitContacted": ["message"],
        "PursuitStageEntered": ["name"],
        "PursuitDeclined": closes,
        "PursuitRejected": closes,
        "PursuitWithdrawn": closes,
        "CandidateHardNoSet": ["evidence", "decided_by"],
        "CandidateHardNoLifted": ["evidence", "decided_by"],
        "CandidateUnsubscribed": ["address"],
        "CandidateResubscribed": ["address"],
        "CandidateBounced": ["address"],
        "CandidateComplained": ["address"],
        "CandidateFollowupPromised": ["about"],
        "EventRetracted": ["source", "id"],
    }
    in_location = ["facts.locations[].city", further, "evidence", "decided_by"]
    assert marked(arguments(PursuitDeclined, Reason.LOCATION)) == in_location


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_the_bus_form_holds_no_private_field(kind: type[EventData]) -> None:
    instance = an_instance(kind)

    assert MARKER.encode() not in instance.public_json()
    assert MARKER not in json.dumps(instance.public(), ensure_ascii=False)


@pytest.mark.parametrize(("kind", "reason"), REASONS, ids=lambda one: getattr(one, "__name__", str(one)))
def test_no_close_shows_a_private_fact_whatever_its_reason(kind: type[EventData], reason: Reason) -> None:
    instance = an_instance(kind, reason)

    assert MARKER in instance.model_dump_json()
    assert MARKER.encode() not in instance.public_json()


@given(st.sampled_from(WITH_PRIVATE), st.sampled_from(sorted(Reason)), st.text(min_size=1, max_size=150))
def test_no_text_gets_out_of_a_private_field(kind: type[EventData], reason: Reason, text: str) -> None:
    unmistakable = f"{MARKER}{text}"
    filled = json.loads(json.dumps(arguments(kind, reason)).replace(json.dumps(MARKER), json.dumps(unmistakable)))

    instance = kind.model_validate(filled)

    assert MARKER.encode() not in instance.public_json()
    assert json.dumps(MARKER)[1:-1].encode() not in instance.public_json()


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_what_is_public_is_read_again_as_the_same(kind: type[EventData]) -> None:
    public = an_instance(kind).public()
    again = kind.model_validate(public)

    assert again.public() == public
    assert kind.model_validate_json(an_instance(kind).public_json()).public() == public


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_a_reader_ignores_fields_that_it_does_not_know(kind: type[EventData]) -> None:
    public = an_instance(kind).public()

    assert kind.model_validate({**public, "added_later": [1]}) == kind.model_validate(public)


def test_what_is_absent_is_left_out() -> None:
    assert PursuitSourced().public() == {}
    assert PursuitContacted.model_validate({"channel": "email"}).public() == {
        "channel": "email",
        "purpose": "outreach",
        "kind": "message",
    }


# The record


def an_event(**changes: Any) -> Event:
    given: dict[str, Any] = {"id": UUID(int=5), "source": "ats", "subject": UUID(int=6), "sequence": 3, "time": NOW}
    return Event.of(PursuitResponded(words=7), **{**given, **changes})


@given(
    st.uuids(),
    st.uuids() | st.none(),
    st.integers(1, LAST_SEQUENCE - 1) | st.none(),
    st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - drawn in UTC
)
def test_a_record_is_read_as_it_was_written(id: UUID, subject: UUID | None, sequence: int | None, time: datetime) -> None:
    event = an_event(id=id, subject=subject, sequence=sequence, time=time)

    back = decode(event.headers(), event.value)

    assert (back.id, back.subject, back.sequence, back.time, back.data, back.key) == (
        id, subject, sequence, time, PursuitResponded(words=7), None if subject is None else str(subject).encode(),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["ce_id", "ce_type", "ce_source", "ce_time"])
def test_a_record_without_a_header_cannot_be_read(name: str) -> None:
    with pytest.raises(UndecodableRecordError, match=name):
        decode([header for header in an_event().headers() if header[0] != name], b"{}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b"seven"),
        ("ce_subject", b"\xff"),
        ("ce_sequence", b"-1"),
        ("ce_sequence", b"0"),
        ("ce_sequence", b"9223372036854775808"),
        ("ce_sequence", b"many"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-03-02T09:15:00"),
        ("ce_type", None),
    ],
)
def test_headers_that_do_not_read_are_no_event(name: str, value: bytes) -> None:
    headers = [(one, value if one == name else held) for one, held in an_event().headers()]

    with pytest.raises(UndecodableRecordError):
        decode(headers, b"{}")


@pytest.mark.parametrize("value", [None, b"", b"{", b"[]", b"7", b"null", b'{"words": -1}', b'{"words": NaN}'])
def test_a_value_that_does_not_read_is_no_event(value: bytes | None) -> None:
    with pytest.raises(UndecodableRecordError):
        _ = decode(an_event().headers(), value).data


def test_a_type_of_a_newer_release_is_no_event_of_ours() -> None:
    headers = [(one, b"rekindle.pursuit.dreamt" if one == "ce_type" else held) for one, held in an_event().headers()]

    with pytest.raises(UndecodableRecordError, match="unknown type"):
        _ = decode(headers, b"{}").data


def test_the_time_on_the_bus_is_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=2)))

    assert dict(an_event().headers())["ce_time"] == b"2026-03-02T09:15:00Z"
    assert decode(an_event(time=elsewhere).headers(), b"{}").time == NOW


def test_the_time_of_receipt_travels_with_the_event_where_it_is_known() -> None:
    event = an_event()
    assert "ce_receivedat" not in dict(event.headers())
    assert decode(event.headers(), b"{}").received_at is None

    event.received_at = NOW + timedelta(seconds=7)

    assert decode(event.headers(), b"{}").received_at == NOW + timedelta(seconds=7)
    with pytest.raises(UndecodableRecordError):
        decode([*an_event().headers(), ("ce_receivedat", b"2026-03-02T09:15:00")], b"{}")


# The list


def test_every_type_has_a_name_of_its_own_in_the_past_tense_and_a_topic() -> None:
    assert len({kind.type for kind in EVENTS}) == len(EVENTS) == len(set(EVENTS))
    for kind in EVENTS:
        start, thing, happened = kind.type.split(".")
        assert start == "rekindle"
        assert kind.__name__ == "".join(word.capitalize() for word in f"{thing}_{happened}".split("_"))
        assert isinstance(kind.topic, Topic)
        assert kind.__doc__


def test_every_class_of_events_is_exported_and_nothing_else_is() -> None:
    exported = set(shared.events.__all__)

    assert {kind.__name__ for kind in EVENTS} <= exported
    assert exported - {kind.__name__ for kind in EVENTS} == {
        "BY_TYPE", "EVENTS", "FACTS", "Event", "EventData", "Fact", "Topic", "UndecodableRecordError", "decode",
    }  # fmt: skip
    assert all(hasattr(shared.events, name) for name in exported)
