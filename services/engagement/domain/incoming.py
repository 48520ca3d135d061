"""A posted event that holds up to the rules, and what makes two postings the same event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from pydantic_core import to_jsonable_python

from shared.events import EventData, EventRetracted
from shared.events.fields import private_fields
from shared.ids import candidate_id, event_id, is_id, position_id, spelled

SYSTEM_SOURCE = "rekindle"
"""The source of the events that Rekindle's own clock makes."""
LINK_SOURCE = "rekindle.unsubscribe"
"""The source of what candidates choose by a link of their own."""
OWN_SOURCES = frozenset({SYSTEM_SOURCE, LINK_SOURCE})
"""No sender may use these."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event on its way into the log.

    ``reference`` and ``position_reference`` are what the sender called candidate and position, where that was no id. ``time`` is
    when it happened, in UTC. ``stored_json`` is its data with private fields, ``public_json`` what subscribers see of it.
    """

    event_id: UUID
    source: str
    external_id: str
    type: str
    candidate_id: UUID
    reference: str | None
    time: datetime
    position_id: UUID | None
    position_reference: str | None
    stored_json: str
    public_json: bytes
    content_hash: bytes
    traceparent: str | None = None
    retracts: UUID | None = None
    """The event that this one takes back by its name, if it does so."""


def incoming(
    fact: EventData,
    *,
    source: str,
    external_id: str,
    subject: str,
    time: datetime | None,
    received_at: datetime,
    position: str | None = None,
    traceparent: str | None = None,
) -> Incoming:
    """Make the event of validated parts. Without a time it happened on receipt, and the content is the same whenever it comes.

    ``position`` is the position as the sender wrote it. Raises MalformedReferenceError for a malformed subject.
    """
    kind = type(fact)
    candidate = candidate_id(subject)
    stated: dict[str, Any] = fact.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    defaults = _defaults(kind)
    data = {**defaults, **stated}
    retracts = fact.event if isinstance(fact, EventRetracted) else None
    if retracts is not None:
        data["event"] = str(retracts)
    stored = orjson.dumps(data)
    return Incoming(
        event_id=event_id(source, external_id),
        source=source,
        external_id=external_id,
        type=kind.type,
        candidate_id=candidate,
        reference=None if is_id(subject) else spelled(subject),
        time=received_at if time is None else time,
        # A retraction by name concerns whatever pursuit its event is of, so it is kept with the candidate.
        position_id=None if position is None or "event" in data else position_id(position),
        position_reference=None if position is None or is_id(position) else spelled(position),
        stored_json=stored.decode(),
        public_json=stored if _private(kind).isdisjoint(data) else fact.public_json(),
        content_hash=_content_hash(kind.type, candidate, time, stated, defaults),
        traceparent=traceparent,
        retracts=retracts,
    )


@cache
def _defaults(kind: type[EventData]) -> dict[str, Any]:
    """The fields of a type that say something although nobody sent them, as JSON values."""
    defaults = {name: field.default for name, field in kind.model_fields.items() if not field.is_required()}
    said = {name: value for name, value in defaults.items() if value is not None}
    values: dict[str, Any] = to_jsonable_python(said, exclude_none=True)
    return values


@cache
def _private(kind: type[EventData]) -> frozenset[str]:
    """The fields of a type that hold, or may hold deeper down, what stays off the bus."""
    return frozenset(kind.model_fields[name].serialization_alias or name for name in private_fields(kind))


def _content_hash(
    type_name: str, candidate: UUID, time: datetime | None, stated: dict[str, Any], defaults: dict[str, Any]
) -> bytes:
    """Equal for two postings that say the same, however it is written down, whether or not they spell out a default."""
    if not defaults.keys().isdisjoint(stated):
        stated = {name: value for name, value in stated.items() if name not in defaults or value != defaults[name]}
    canonical = [type_name, str(candidate), None if time is None else time.astimezone(UTC).isoformat(), stated]
    return blake2b(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
