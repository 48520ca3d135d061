"""JSON Schema of an event type as it is on the bus: without what stays private, complete in itself."""

from collections.abc import Mapping
from types import NoneType
from typing import Any

from shared.events.base import EventData
from shared.glossary import describe_properties

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The words used are those that draft 7, which AsyncAPI reads, has too."""

_POINTER = "#/$defs/"
_HOLDS_SCHEMAS = frozenset({"items", "anyOf", "allOf", "oneOf", "additionalProperties"})


def bus_schema(kind: type[EventData], *, components: dict[str, Schema] | None = None) -> Schema:
    """The schema of what travels: no private property, no null (what is absent is left out).

    Without references; with ``components`` the models and words in it are put there by name, and referred to.
    """
    made = kind.model_json_schema(mode="serialization")
    schema = _published(made, made.pop("$defs", {}), components)
    assert isinstance(schema, dict)
    schema["title"] = kind.__name__
    describe_properties(kind.__name__, schema)
    return schema


def _published(value: Any, definitions: Mapping[str, Schema], components: dict[str, Schema] | None) -> Any:
    if isinstance(value, list):
        return [_published(one, definitions, components) for one in value]
    if not isinstance(value, dict):
        return value
    schema = _without_null(value)
    if "$ref" in schema:
        name = schema.pop("$ref").removeprefix(_POINTER)
        if components is not None:
            if name not in components:
                components[name] = _published(definitions[name], definitions, components) | {"title": name}
                describe_properties(name, components[name])
            return {"$ref": f"#/components/schemas/{name}"}
        schema = _without_null({**definitions[name], **schema})
    schema.pop("title", None)
    if "properties" in schema:
        kept = {name: one for name, one in schema["properties"].items() if not one.get("x-private")}
        schema["properties"] = {name: _published(one, definitions, components) for name, one in kept.items()}
        schema["required"] = [name for name in schema.pop("required", []) if name in kept]
        # A reader meets fields that were added after it was built, and ignores them.
        schema.pop("additionalProperties", None)
    return {
        name: _published(one, definitions, components)
        if name in {"items", "anyOf", "allOf", "oneOf", "additionalProperties"}
        else one
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
