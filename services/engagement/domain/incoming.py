"""A posted event that holds up to the rules, and what makes two postings the same event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from pydantic_core import to_jsonable_python

from shared.events import Event, EventData, EventRetracted
from shared.events.fields import private_fields
from shared.ids import candidate_id, event_id, is_id, position_id

SYSTEM_SOURCE = "rekindle"
"""The source of the events that Rekindle's own clock makes; no sender may use it."""

RETRACTED = "rekindle.event.retracted"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event on its way into the log.

    ``reference`` and ``position_reference`` are what the sender called candidate and position, where that was no id.
    ``data`` holds JSON values with private fields. ``time`` is when it happened, in UTC.
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
    fact: EventData
    data: dict[str, Any]
    content_hash: bytes
    traceparent: str | None = None

    @property
    def retracts(self) -> UUID | None:
        """The event that this one takes back by its name, if it does so."""
        named = self.data.get("event") if self.type == RETRACTED else None
        return None if named is None else UUID(named)

    def on_bus(self, sequence: int) -> Event:
        """The event as subscribers see it, without private fields."""
        hides = not _private(type(self.fact)).isdisjoint(self.data)
        value = self.fact.public_json() if hides else orjson.dumps(self.data)
        return Event(self.event_id, self.type, self.source, self.candidate_id, sequence, self.time, value, self.traceparent)


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
    candidate = candidate_id(subject)
    said = fact.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    data = _defaults(type(fact)) | said
    if isinstance(fact, EventRetracted) and fact.event is not None:
        data["event"] = str(fact.event)
    by_name = fact.type == RETRACTED and "event" in data
    return Incoming(
        event_id=event_id(source, external_id),
        source=source,
        external_id=external_id,
        type=fact.type,
        candidate_id=candidate,
        reference=None if is_id(subject) else subject,
        time=received_at if time is None else time,
        # A retraction by name concerns whatever pursuit its event is of, so it is kept with the candidate.
        position_id=None if by_name or position is None else position_id(position),
        position_reference=None if position is None or is_id(position) else position,
        fact=fact,
        data=data,
        content_hash=_content_hash(fact.type, candidate, time, said),
        traceparent=traceparent,
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


def _content_hash(type_name: str, candidate: UUID, time: datetime | None, said: dict[str, Any]) -> bytes:
    """Equal for two postings that say the same, however it is written down; defaults that were not sent play no part."""
    canonical = [type_name, str(candidate), None if time is None else time.astimezone(UTC).isoformat(), said]
    return blake2b(orjson.dumps(canonical, option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
