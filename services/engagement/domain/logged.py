"""An event in the log, and its form on the bus."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.events import BY_TYPE, Event, EventData, EventRetracted


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log. ``external_id`` and ``data`` are None in the stub of an erased event."""

    candidate_id: UUID
    sequence: int
    event_id: UUID
    source: str
    external_id: str | None
    type: str
    time: datetime
    received_at: datetime
    position_id: UUID | None
    data: dict[str, Any] | None
    traceparent: str | None


def on_bus(logged: Logged) -> Event:
    """The event as subscribers see it.

    The stub of an erased event goes out as its own retraction: it keeps the stream's sequence whole and says nothing else.
    """
    data: EventData
    if logged.data is None:
        data = EventRetracted.model_validate({"event": logged.event_id})
    else:
        data = BY_TYPE[logged.type].model_validate(logged.data)
    event = Event.of(
        data,
        id=logged.event_id,
        source=logged.source,
        subject=logged.candidate_id,
        sequence=logged.sequence,
        time=logged.time,
        traceparent=logged.traceparent,
    )
    event.received_at = logged.received_at
    return event
