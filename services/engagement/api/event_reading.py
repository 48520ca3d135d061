"""From a request's body to events: what holds up to the rules, and what is wrong with the rest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException

from services.engagement.domain.envelope import read_envelope
from services.engagement.domain.errors import BatchTooLong, InvalidEvent
from services.engagement.domain.incoming import Incoming, incoming
from shared.errors import DomainError, FieldError
from shared.events import FACTS, EventRetracted, Fact
from shared.events.validation import accept
from shared.web.json_body import read_json_items
from shared.web.problem_details import invalid_from

PLAIN = "application/json"
ONE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LONGEST_BATCH = 1000

Read = Incoming | DomainError
"""An event, or why there is none."""


def read_body(raw: bytes, content_type: str) -> tuple[list[Any], bool]:
    """The items of a body, or the problem that one of an array has by its shape, and whether it was an array.

    Raises 415 for another content type, MalformedBody for what is no JSON, BatchTooLong, and Invalid for a single item that
    holds NUL characters; in an array it is that item's problem.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {PLAIN, ONE, BATCH}:
        raise HTTPException(415, f"Send {PLAIN}, {ONE} or {BATCH}, not {kind or 'a body without a content type'}.")
    parsed = read_json_items(raw)
    is_array = isinstance(parsed, list)
    if is_array != (kind == BATCH) and kind != PLAIN:
        raise InvalidEvent.of("body", f"must be {'one object' if kind == ONE else 'an array'} for {kind}")
    if not is_array:
        return [parsed], False
    if not 1 <= len(parsed) <= LONGEST_BATCH:
        raise BatchTooLong.of("body", f"must hold 1 to {LONGEST_BATCH} events, not {len(parsed)}")
    return parsed, True


def read_item(item: Any, *, now: datetime, specversion_needed: bool, traceparent: str | None = None) -> Read:
    """The event of one item of ``read_body``, or the problem that names every field and rule.

    ``traceparent`` is the request's.
    """
    if isinstance(item, DomainError):
        return item
    try:
        return _read(item, now, specversion_needed, traceparent)
    except DomainError as problem:
        return problem


def _read(item: Any, now: datetime, specversion_needed: bool, traceparent: str | None) -> Incoming:
    if not isinstance(item, dict):
        raise InvalidEvent.of("body", "must be an object: one CloudEvent")
    good, wrong = read_envelope(item, now=now, specversion_needed=specversion_needed)
    data = good["data"]
    fact = None
    if "type" in good:
        try:
            fact = accept(FACTS, good["type"], data)
        except ValidationError as error:
            wrong += invalid_from(error.errors(include_url=False, include_input=False), under="data").errors
        wrong += _made_by_clock(data)
        wrong += _retracts_itself(fact, good)
    if wrong or fact is None:
        raise InvalidEvent("; ".join(f"{one.field} {one.rule}" for one in wrong[:5]), errors=wrong)
    position = data.get("position")
    return incoming(
        fact,
        source=good["source"],
        external_id=good["id"],
        subject=good["subject"],
        time=good.get("time"),
        received_at=now,
        position=position if isinstance(position, str) else None,
        traceparent=good.get("traceparent", traceparent),
    )


def _retracts_itself(fact: Fact | None, envelope: Mapping[str, Any]) -> list[FieldError]:
    if not isinstance(fact, EventRetracted) or fact.source is None:
        return []
    if (fact.source, fact.id) == (envelope.get("source"), envelope.get("id")):
        return [FieldError("data.id", "must not name this event itself: a retraction cannot be retracted")]
    return []


def _made_by_clock(data: Mapping[str, Any]) -> list[FieldError]:
    if data.get("by_clock"):
        return [FieldError("data.by_clock", "must not be set: it marks what Rekindle's own clock put on record")]
    return []
