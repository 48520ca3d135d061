"""The AsyncAPI 3 document of the topics, made from ``EVENTS`` and ``Topic``: what a subscriber on Kafka meets."""

import inspect
from typing import Any

from shared.events import EVENTS, ShardCounted, Topic
from shared.events.base import EventData
from tools.documents.schemas import bus_schema

Document = dict[str, Any]

BINDING = "0.5.0"
_CARRIES = {
    Topic.CANDIDATES: "Snapshots of candidates without personal data, with the merge map; a permanent record of each erasure.",
    Topic.POSITIONS: "Snapshots of positions, with their opening and closing times.",
    Topic.ENGAGEMENT: "Every fact about a candidate, in the order of the candidate's sequence, for ever.",
    Topic.REENGAGEMENT: "What happens in the re-engagement queue.",
    Topic.POOL: "Who enters and leaves pools, and whose market status turns.",
    Topic.ACCESS: "Tokens that are refused, one record a token, read by every process that verifies tokens.",
    Topic.CONTROL: (
        "What consumers miss, how far the relays are, and what an erasure removed. For Rekindle's own parts; kept for a day."
    ),
}
_KEYS = {Topic.POSITIONS: "position", Topic.ACCESS: "token"}
_DESCRIPTION = """\
CloudEvents 1.0 in binary mode: attributes are record headers (`ce_...`), the value is the data as JSON.

The key is the stream, a candidate or a position; records of one stream are in one partition and in order. On
`rekindle.engagement.v1`, `rekindle.reengagement.v1` and `rekindle.pool.v1` a stream's `ce_sequence` counts from 1 without
gaps, and a record that is delivered twice has the same one. On the compacted topics it is a version: higher replaces lower.
Fields are only ever added; readers ignore those they do not know. No personal data is on any topic."""


def document() -> Document:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:rekindle:events",
        "info": {
            "title": "Rekindle events",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "tags": [{"name": topic.name.lower(), "description": _CARRIES[topic]} for topic in Topic],
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {_channel_name(topic): _channel(topic) for topic in Topic},
        "operations": {f"send{topic.name.capitalize()}": _operation(topic) for topic in Topic},
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in EVENTS},
            "schemas": _schemas(),
        },
    }


def _schemas() -> Document:
    """Everything that becomes a class of a generated client, by the name that the class gets."""
    words: Document = {}
    data = {kind.__name__: bus_schema(kind, components=words) for kind in EVENTS}
    return {**data, **words, **{f"{kind.__name__}Headers": headers_schema(kind) for kind in EVENTS}}


def _server() -> Document:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The brokers of this deployment, KAFKA_BOOTSTRAP_SERVERS.",
        "variables": {"bootstrap": {"default": "127.0.0.1:9092"}},
        "bindings": {"kafka": {"bindingVersion": BINDING}},
    }


def messages_of(topic: Topic) -> list[type[EventData]]:
    """The types on a topic. Totals are written into the very partitions that they count, not on the control topic."""
    own = [kind for kind in EVENTS if kind.topic is topic and kind is not ShardCounted]
    return [*own, ShardCounted] if topic.is_sequenced else own


def _channel_name(topic: Topic) -> str:
    return topic.name.lower()


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.value,
        "title": topic.value,
        "description": _CARRIES[topic],
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in messages_of(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.value,
                "partitions": topic.partitions(12),
                "topicConfiguration": {name: _setting(name, value) for name, value in topic.settings.items()},
                "bindingVersion": BINDING,
            }
        },
    }


def _setting(name: str, value: str) -> Any:
    if name == "cleanup.policy":
        return [value]
    return int(value) if value.lstrip("-").isdecimal() else float(value)


def _operation(topic: Topic) -> Document:
    channel = _channel_name(topic)
    return {
        "action": "send",
        "title": f"Rekindle writes {topic.value}",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind.__name__}"} for kind in messages_of(topic)],
    }


def _message(kind: type[EventData]) -> Document:
    text = inspect.cleandoc(kind.__doc__ or "")
    summary, _, rest = text.partition("\n")
    message: Document = {"name": kind.type, "title": kind.__name__, "summary": summary}
    if rest.strip():
        message["description"] = rest.strip()
    message["contentType"] = "application/json"
    message["headers"] = {"$ref": f"#/components/schemas/{kind.__name__}Headers"}
    message["payload"] = {"$ref": f"#/components/schemas/{kind.__name__}"}
    if (key := _key(kind)) is not None:
        message["bindings"] = {"kafka": {"key": key, "bindingVersion": BINDING}}
    return message


def _key(kind: type[EventData]) -> Document | None:
    if kind is ShardCounted:
        return {"type": "string", "const": "total"}
    if not kind.topic.is_keyed:
        return None
    return {"type": "string", "format": "uuid", "description": f"The {_KEYS.get(kind.topic, 'candidate')}, as in ce_subject."}


def headers_schema(kind: type[EventData]) -> Document:
    """The record headers of a type: CloudEvents attributes, in binary mode."""
    required = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {
            "type": "string",
            "format": "uuid",
            "description": "For a posted fact UUIDv5 of its source and id, so that no text of the sender travels.",
        },
        "ce_type": {"type": "string", "const": kind.type},
        "ce_source": {"type": "string", "minLength": 1, "description": "The system that said so."},
        "ce_time": {"type": "string", "format": "date-time", "description": "When it happened, in UTC."},
        "content-type": {"type": "string", "const": "application/json"},
    }
    if kind.topic.is_keyed:
        required["ce_subject"] = {"type": "string", "format": "uuid", "description": "The stream; also the record's key."}
    if kind.topic.is_sequenced:
        required["ce_sequence"] = {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "The place in the stream, from 1; a version on compacted topics.",
        }
    trace = {"type": "string", "description": "W3C trace context of the request that caused the event."}
    return {"type": "object", "properties": {**required, "traceparent": trace}, "required": list(required)}
