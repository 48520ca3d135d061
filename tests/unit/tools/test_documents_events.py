"""Our events as others read them: the CloudEvents SDK on Kafka records, the CloudEvents JSON Schema, our own schemas."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError

from shared.events import EVENTS, Event, PursuitContacted, decode
from shared.events.base import EventData
from shared.events.vocabulary import Reason
from tests.unit.shared.instances import an_instance
from tools.documents import written
from tools.documents.asyncapi import headers_schema
from tools.documents.schemas import published

STREAM = UUID("7f6f2f04-7d6d-5f3e-9a55-8f2d9a40a001")
SPECS = Path(__file__).resolve().parents[4] / "shared" / "data" / "specs"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def an_event(kind: type[EventData]) -> Event:
    return Event.of(
        an_instance(kind),
        id=UUID(int=1),
        source="greenhouse",
        subject=STREAM if kind.topic.is_keyed else None,
        sequence=14 if kind.topic.is_sequenced else None,
        time=datetime(2026, 3, 2, 9, 15, 0, 120000, tzinfo=UTC),
        traceparent=TRACE,
    )


def as_message(event: Event) -> KafkaMessage:
    return KafkaMessage(dict(event.headers()), event.key, event.value)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_the_sdk_reads_every_event_in_binary_mode(kind: type[EventData]) -> None:
    event = an_event(kind)

    read = from_binary(as_message(event), JSONFormat())

    assert (read.get_specversion(), read.get_id(), read.get_type(), read.get_source()) == (
        "1.0", str(event.id), kind.type, "greenhouse",
    )  # fmt: skip
    assert read.get_time() == event.time
    assert read.get_subject() == (str(STREAM) if kind.topic.is_keyed else None)
    assert read.get_extension("sequence") == ("14" if kind.topic.is_sequenced else None)
    assert read.get_datacontenttype() == "application/json"
    assert read.get_data() == json.loads(event.value)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_what_the_sdk_writes_we_read_as_the_same_event(kind: type[EventData]) -> None:
    event = an_event(kind)

    written = to_binary(from_binary(as_message(event), JSONFormat()), JSONFormat())
    back = decode([*written.headers.items(), ("traceparent", TRACE.encode())], written.value)

    assert back.data == event.data
    assert (back.id, back.type, back.source, back.subject, back.sequence, back.time, back.traceparent) == (
        event.id, event.type, event.source, event.subject, event.sequence, event.time, TRACE,
    )  # fmt: skip
    assert written.key == event.key or event.key is None or written.key == event.key.decode()


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_is_as_our_own_documents_say(kind: type[EventData]) -> None:
    event = an_event(kind)
    data = Draft202012Validator(published(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)
    headers = Draft7Validator(headers_schema(kind))

    assert not list(data.iter_errors(json.loads(event.value)))
    assert not list(headers.iter_errors({name: value.decode() for name, value in event.headers()}))


def test_our_documents_refuse_what_is_no_event() -> None:
    schema = Draft202012Validator(published(PursuitContacted))

    assert not schema.is_valid({})
    assert not schema.is_valid({"channel": "pigeon"})
    with pytest.raises(ValidationError):
        Draft7Validator(headers_schema(PursuitContacted)).validate({"ce_id": "1"})


@pytest.fixture(scope="module")
def cloudevents_schema() -> Draft7Validator:
    path = SPECS / "cloudevents" / "schemas" / "cloudevents.json"
    if not path.exists():
        pytest.skip(f"the CloudEvents schema is not here: {path} does not exist")
    return Draft7Validator(json.loads(path.read_text()))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_event_in_structured_mode_fits_the_cloudevents_schema(
    kind: type[EventData], cloudevents_schema: Draft7Validator
) -> None:
    structured = to_structured(from_binary(as_message(an_event(kind)), JSONFormat()), JSONFormat())

    assert not list(cloudevents_schema.iter_errors(json.loads(structured.value)))


def test_the_schema_tells_the_specification_s_own_examples_from_what_is_wrong(cloudevents_schema: Draft7Validator) -> None:
    folder = SPECS / "cloudevents" / "spec_examples"
    events = [one for path in sorted(folder.rglob("*.json")) for one in _events_in(json.loads(path.read_text()))]
    empty_subject = [one for one in events if one.get("subject") == ""]
    assert len(events) > 20

    assert [one for one in events if not cloudevents_schema.is_valid(one)] == empty_subject, "an empty subject alone is refused"


def _events_in(content: object) -> list[dict[str, object]]:
    if isinstance(content, list):
        return [event for one in content for event in _events_in(one)]
    return [content] if isinstance(content, dict) and "specversion" in content and "id" in content else []


def test_the_schema_refuses_what_is_no_cloudevent(cloudevents_schema: Draft7Validator) -> None:
    assert not cloudevents_schema.is_valid({"specversion": "1.0", "id": "", "source": "", "type": ""})


def test_the_list_of_events_says_which_facts_each_reason_takes() -> None:
    listed = written.contents()[Path("events/README.md")]

    rows = dict(line.strip("| ").split(" | ", 1) for line in listed.partition("## Why a pursuit ended")[2].splitlines()[8:])
    assert rows.keys() == {reason.value for reason in Reason}
    assert rows["salary"] == "soft no | asked, currency"
    assert rows["role_fit"] == "soft no | wanted_level, *wanted_role*"
    assert rows["do_not_contact"] == "hard no | none"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_every_field_on_the_bus_is_described(kind: type[EventData]) -> None:
    fields = published(kind).get("properties", {})

    assert [name for name, field in fields.items() if not field.get("description")] == [], (
        "write Field(description=..., examples=[...]), or a line in shared/glossary.py"
    )
