"""The request schema of POST /v1/events, made from ``EVENTS``: the envelope, and the data of each type."""

from typing import Any

from fastapi import FastAPI

from services.engagement.api.event_reading import BATCH, LONGEST_BATCH, ONE, PLAIN
from services.engagement.domain.envelope import LONGEST_ID
from shared.events import FACTS

EXAMPLE: dict[str, Any] = {
    "specversion": "1.0",
    "source": "greenhouse",
    "id": "a-99-contacted-1",
    "type": "rekindle.pursuit.contacted",
    "subject": "greenhouse:53883394",
    "time": "2026-03-02T09:15:00Z",
    "data": {"position": "greenhouse:107761", "channel": "email", "recruiter": "maria", "words": 74},
}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema without references, so that it can stand anywhere in the document."""
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in schema.items() if name != "$defs"}


def _data_schema(type_name: str) -> dict[str, Any]:
    schema = FACTS[type_name].model_json_schema(by_alias=True, mode="validation")
    inlined: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    inlined["properties"].pop("by_clock", None)
    return inlined | {"additionalProperties": False}


def _event_schema(type_name: str) -> dict[str, Any]:
    data = _data_schema(type_name)
    return {
        "title": type_name,
        "description": data.pop("description", ""),
        "type": "object",
        "required": ["source", "id", "type", "subject", *(["data"] if data.get("required") else [])],
        "properties": {
            "specversion": {"const": "1.0"},
            "source": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,49}$", "description": "the sending system"},
            "id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "description": "the sender's id, for ever"},
            "type": {"const": type_name},
            "subject": {"type": "string", "description": "the candidate: id or <source>:<external_id>"},
            "time": {"type": "string", "format": "date-time", "description": "when it happened; default: on receipt"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string", "minLength": 1},
            "data": data,
        },
    }


def _name(type_name: str) -> str:
    return f"Event{FACTS[type_name].__name__}"


def event_schemas() -> dict[str, dict[str, Any]]:
    """The schemas of all types that can be posted, by their name among the document's components."""
    return {_name(type_name): _event_schema(type_name) for type_name in FACTS}


def request_body() -> dict[str, Any]:
    """The OpenAPI request body: one event or an array of them, each of one of the types."""
    plain = {
        "oneOf": [{"$ref": f"#/components/schemas/{_name(type_name)}"} for type_name in FACTS],
        "discriminator": {
            "propertyName": "type",
            "mapping": {type_name: f"#/components/schemas/{_name(type_name)}" for type_name in FACTS},
        },
    }
    strict = {"allOf": [plain, {"required": ["specversion"]}]}

    def array(of: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "maxItems": LONGEST_BATCH, "items": of}

    return {
        "required": True,
        "content": {
            PLAIN: {"schema": {"anyOf": [plain, array(plain)]}, "example": EXAMPLE},
            ONE: {"schema": strict, "example": EXAMPLE},
            BATCH: {"schema": array(strict), "example": [EXAMPLE]},
        },
    }


def describe_events(app: FastAPI) -> None:
    """Put the schemas that ``request_body`` refers to among the components of the application's document."""
    write = app.openapi

    def openapi() -> dict[str, Any]:
        document: dict[str, Any] = write()
        document.setdefault("components", {}).setdefault("schemas", {}).update(event_schemas())
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend FastAPI's document
