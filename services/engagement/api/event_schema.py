"""The request schema of POST /v1/events, made from ``EVENTS``: the envelope, and the data of each type."""

import inspect
from typing import Any

from services.engagement.api.event_examples import example
from services.engagement.api.event_reading import BATCH, LONGEST_BATCH, ONE, PLAIN
from services.engagement.domain.envelope import LONGEST_ID
from shared.events import FACTS

_COMPONENTS = "#/components/schemas/"


def _event_schema(type_name: str) -> dict[str, Any]:
    kind = FACTS[type_name]
    return {
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "required": ["source", "id", "type", "subject", *(["data"] if _data_schema(type_name).get("required") else [])],
        "properties": {
            "specversion": {"type": "string", "const": "1.0", "description": "The version of CloudEvents."},
            "source": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,49}$", "description": "The sending system."},
            "id": {
                "type": "string",
                "minLength": 1,
                "maxLength": LONGEST_ID,
                "description": "The sender's id of the event: source and id name it for ever.",
            },
            "type": {"type": "string", "const": type_name, "description": "What happened."},
            "subject": {"type": "string", "description": "The candidate: an id or <source>:<external_id>."},
            "time": {"type": "string", "format": "date-time", "description": "When it happened. Default: on receipt."},
            "datacontenttype": {"type": "string", "const": "application/json", "description": "The content type of data."},
            "dataschema": {"type": "string", "minLength": 1, "description": "The URI of a schema of data; it is not read."},
            "data": {"$ref": f"{_COMPONENTS}{kind.__name__}", "description": "What is said beside who and when."},
        },
        "examples": [example(type_name)],
    }


def _data_schema(type_name: str) -> dict[str, Any]:
    schema = FACTS[type_name].model_json_schema(by_alias=True, mode="validation", ref_template=_COMPONENTS + "{model}")
    schema["properties"].pop("by_clock", None)
    return schema | {"additionalProperties": False}


def _name(type_name: str) -> str:
    return f"{FACTS[type_name].__name__}Event"


def event_schemas() -> dict[str, dict[str, Any]]:
    """The components of the document that describe what can be posted: ``Event`` is one of the types, each with its data."""
    references = {type_name: f"{_COMPONENTS}{_name(type_name)}" for type_name in FACTS}
    schemas: dict[str, dict[str, Any]] = {
        "Event": {
            "description": "What happened with a person: a CloudEvent of one of these types.",
            "oneOf": [{"$ref": reference} for reference in references.values()],
            "discriminator": {"propertyName": "type", "mapping": references},
        }
    }
    for type_name, kind in FACTS.items():
        data = _data_schema(type_name)
        schemas |= data.pop("$defs", {})
        schemas |= {_name(type_name): _event_schema(type_name), kind.__name__: data}
    return schemas


def request_body() -> dict[str, Any]:
    """The OpenAPI request body: one event or an array of them."""
    contacted, responded = example("rekindle.pursuit.contacted"), example("rekindle.pursuit.responded")
    event = {"$ref": f"{_COMPONENTS}Event"}
    events = {"type": "array", "minItems": 1, "maxItems": LONGEST_BATCH, "items": event}
    return {
        "required": True,
        "description": f"One event, or up to {LONGEST_BATCH} in an array. {ONE} and {BATCH} are read too; they need specversion.",
        "content": {
            PLAIN: {
                "schema": {"anyOf": [event, events]},
                "examples": {
                    "one": {"summary": "One event", "value": contacted},
                    "batch": {"summary": "A batch", "value": [contacted, responded]},
                },
            }
        },
    }
