"""The documents: made from the code alone, current, valid by their official parsers; and a check that can fail."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.events import EVENTS, FACTS, Topic
from shared.events.base import EventData
from tools.documents import __main__ as command
from tools.documents import asyncapi, services, validation, written
from tools.documents.schemas import bus_schema, published

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "specs" / "asyncapi"
EXAMPLES = [
    "streetlights-kafka-asyncapi.yml", "simple-asyncapi.yml", "anyof-asyncapi.yml", "oneof-asyncapi.yml", "not-asyncapi.yml",
    "application-headers-asyncapi.yml", "social-media/backend/asyncapi.yaml",
]  # fmt: skip
"""A part of them, of each kind one: the parser takes a second for each. (``not`` is a word of JSON Schema.)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents, written anew."""
    made = tmp_path_factory.mktemp("docs")
    written.write(made)
    return made


@pytest.fixture(scope="module")
def bus() -> dict[str, Any]:
    return asyncapi.document()


def test_the_documents_that_the_code_makes_are_valid(folder: Path) -> None:
    assert command.check(folder) == []  # `make check` says whether the committed ones are these


def test_writing_twice_changes_nothing(folder: Path) -> None:
    assert written.write(folder) == []


def test_every_service_with_an_application_has_its_document(folder: Path) -> None:
    assert {path.stem for path in (folder / "openapi").iterdir()} == set(services.documents())


def test_every_event_type_has_its_schema(folder: Path) -> None:
    names = {path.name.removesuffix(".schema.json") for path in (folder / "events").glob("*.json")}

    assert names == {kind.type for kind in EVENTS}


def test_what_is_out_of_date_missing_or_left_over_is_found(tmp_path: Path) -> None:
    written.write(tmp_path)
    (tmp_path / "asyncapi.json").write_text("{}\n")
    (tmp_path / "events" / "rekindle.pursuit.sourced.schema.json").unlink()
    (tmp_path / "events" / "rekindle.pursuit.dreamt.schema.json").write_text("{}")

    assert written.out_of_date(tmp_path) == [
        "docs/events/rekindle.pursuit.dreamt.schema.json belongs to nothing that exists",
        "docs/asyncapi.json is out of date",
        "docs/events/rekindle.pursuit.sourced.schema.json is missing",
    ]


def test_documents_that_are_invalid_are_found(tmp_path: Path) -> None:
    written.write(tmp_path)
    _break(tmp_path / "openapi" / "engagement.json", lambda document: document.pop("info"))
    _break(tmp_path / "asyncapi.json", lambda document: document["channels"]["engagement"].update(messages=3))
    _break(tmp_path / "events" / "rekindle.pursuit.sourced.schema.json", lambda schema: schema.update(type="thing"))

    problems = "\n".join(command.check(tmp_path))

    assert 'OpenAPI of engagement is invalid: document: "info" is a required property' in problems
    assert "docs/asyncapi.json is invalid: channels.engagement.messages" in problems
    assert "docs/events/rekindle.pursuit.sourced.schema.json is invalid: type" in problems


def test_a_model_without_a_name_is_found(tmp_path: Path) -> None:
    document = asyncapi.document()
    document["components"]["messages"]["PursuitContacted"]["payload"] = bus_schema(FACTS["rekindle.pursuit.contacted"])
    (tmp_path / "asyncapi.json").write_text(json.dumps(document))

    (errors,) = validation.asyncapi_errors([tmp_path / "asyncapi.json"], named=True).values()

    assert "it needs a name among the components" in "\n".join(errors)


def _break(path: Path, how: Any) -> None:
    document = json.loads(path.read_text())
    how(document)
    path.write_text(json.dumps(document))


def test_the_command_says_what_is_wrong_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written.write(tmp_path)
    (tmp_path / "events" / "README.md").write_text("something else")
    monkeypatch.setattr("sys.argv", ["documents", "--check", "--folder", str(tmp_path)])

    assert command.main() == 1
    assert "docs/events/README.md is out of date: run `make documents` and commit it" in capsys.readouterr().err


def test_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["documents", "--folder", str(tmp_path)])

    assert command.main() == 0
    assert "wrote docs/asyncapi.json" in capsys.readouterr().out


# What the AsyncAPI document says


def test_every_topic_is_a_channel_with_its_settings(bus: dict[str, Any]) -> None:
    assert {channel["address"] for channel in bus["channels"].values()} == {topic.value for topic in Topic}
    engagement = bus["channels"]["engagement"]["bindings"]["kafka"]["topicConfiguration"]
    assert (engagement["cleanup.policy"], engagement["retention.ms"]) == (["delete"], -1)
    assert bus["channels"]["candidates"]["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] == ["compact"]


def test_every_event_type_is_a_message_of_its_topic(bus: dict[str, Any]) -> None:
    for kind in EVENTS:
        message = bus["components"]["messages"][kind.__name__]
        assert message["name"] == kind.type
        if kind.type != "rekindle.shard.counted":
            assert kind.__name__ in bus["channels"][kind.topic.name.lower()]["messages"]


def test_totals_are_on_every_topic_that_they_count(bus: dict[str, Any]) -> None:
    with_totals = {name for name, channel in bus["channels"].items() if "ShardCounted" in channel["messages"]}

    assert with_totals == {"candidates", "positions", "engagement", "reengagement", "pool"}


def test_a_message_tells_its_headers_and_key(bus: dict[str, Any]) -> None:
    message = bus["components"]["messages"]["PursuitContacted"]

    headers = bus["components"]["schemas"]["PursuitContactedHeaders"]

    assert message["headers"] == {"$ref": "#/components/schemas/PursuitContactedHeaders"}
    assert headers["properties"]["ce_type"]["const"] == "rekindle.pursuit.contacted"
    assert {"ce_id", "ce_source", "ce_time", "ce_subject", "ce_sequence"} <= set(headers["required"])
    assert message["bindings"]["kafka"]["key"]["format"] == "uuid"


# What the schemas say


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_a_schema_is_complete_in_itself_and_shows_nothing_private(kind: type[EventData]) -> None:
    text = json.dumps(published(kind))

    assert not [word for word in ("$ref", "$defs", "x-private", "null") if word in text]
    private = {"evidence", "decided_by", "about", "message", "name", "wanted_role", "city", "source", "id"}
    assert not private & set(bus_schema(kind).get("properties", {}))


def test_a_fact_names_its_position_by_id_on_the_bus_and_by_either_over_http() -> None:
    contacted = FACTS["rekindle.pursuit.contacted"]

    assert bus_schema(contacted)["properties"]["position"].items() >= {"type": "string", "format": "uuid"}.items()
    assert "<source>:<external_id>" in json.dumps(contacted.model_json_schema())


# The parsers themselves


def test_the_openapi_validator_tells_good_from_bad() -> None:
    good = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}

    assert validation.openapi_errors(good) == []
    assert validation.openapi_errors({**good, "paths": {"/a": {"get": {"responses": {"200": {}}}}}}) != []


def test_the_linter_of_openapi_tells_good_from_bad() -> None:
    document = services.merged(services.documents())
    assert validation.lint_errors(document) == []

    document["paths"]["/v1/queue"]["get"].pop("security")
    document["components"]["schemas"]["QueueClaim"]["properties"]["limit"]["ge"] = 1

    found = "\n".join(validation.lint_errors(document))
    assert "#/paths/~1v1~1queue/get: Every operation should have security defined" in found
    assert "Property `ge` is not expected here" in found


def test_the_asyncapi_parser_takes_the_specification_s_examples_and_refuses_what_is_none(tmp_path: Path) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"the AsyncAPI examples are not here: {SAMPLES} does not exist")
    examples = [SAMPLES / name for name in EXAMPLES]
    wrong = tmp_path / "wrong.yml"
    wrong.write_text((SAMPLES / "simple-asyncapi.yml").read_text().replace("channels:", "chanels:"))
    other = tmp_path / "other.yml"
    other.write_text("openapi: 3.1.0\ninfo: {title: t, version: '1'}\n")

    found = validation.asyncapi_errors([*examples, wrong, other])

    assert [path for path in examples if found[path]] == []
    assert found[wrong]
    assert found[other]
