"""JSON Schema of an event type as it is on the bus: without what stays private, complete in itself."""

from collections.abc import Mapping
from types import NoneType
from typing import Any

from shared.events.base import EventData

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The words used are those that draft 7, which AsyncAPI reads, has too."""

_POINTER = "#/$defs/"


def bus_schema(kind: type[EventData]) -> Schema:
    """The schema of what travels: no private property, no null (what is absent is left out), no references."""
    made = kind.model_json_schema(mode="serialization")
    definitions: Mapping[str, Schema] = made.pop("$defs", {})
    schema = _published(made, definitions)
    assert isinstance(schema, dict)
    schema["title"] = kind.__name__
    return schema


def _published(value: Any, definitions: Mapping[str, Schema]) -> Any:
    if isinstance(value, list):
        return [_published(one, definitions) for one in value]
    if not isinstance(value, dict):
        return value
    schema = _without_null(value)
    if "$ref" in schema:
        named = definitions[schema.pop("$ref").removeprefix(_POINTER)]
        schema = _without_null({**named, **schema})
    schema.pop("title", None)
    if "properties" in schema:
        kept = {name: one for name, one in schema["properties"].items() if not one.get("x-private")}
        schema["properties"] = {name: _published(one, definitions) for name, one in kept.items()}
        schema["required"] = [name for name in schema.pop("required", []) if name in kept]
        # A reader meets fields that were added after it was built, and ignores them.
        schema.pop("additionalProperties", None)
    return {
        name: _published(one, definitions) if name in {"items", "anyOf", "allOf", "oneOf", "additionalProperties"} else one
        for name, one in schema.items()
        if one != []
    }


def _without_null(schema: Schema) -> Schema:
    """The schema of a value that is there, for null is never written; nor is an object spelt out as a default."""
    rest = {name: one for name, one in schema.items() if name != "default" or not isinstance(one, dict | NoneType)}
    if "anyOf" not in rest:
        return rest
    left = [one for one in rest.pop("anyOf") if one != {"type": "null"}]
    return {**left[0], **rest} if len(left) == 1 else rest | {"anyOf": left}


def published(kind: type[EventData]) -> Schema:
    """The schema as a document of its own."""
    return {"$schema": DIALECT, "$id": f"urn:rekindle:event:{kind.type}", **bus_schema(kind)}
