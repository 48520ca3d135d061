"""A position: what is shown of it, and what is published when it changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.content import POSITION
from services.candidates.domain.registers import Heads, Observation, canonical, values_of
from services.candidates.domain.snapshots import position_snapshot, snapshot_event
from services.candidates.domain.spans import Openings, OpenSpan
from shared.events import Event
from shared.events.vocabulary import PositionStatus
from shared.timestamps import written


@dataclass(slots=True)
class Position:
    """A position. ``version`` is the entity tag's and the sequence on the bus."""

    id: UUID
    reference: str
    heads: dict[str, Observation]
    record: dict[str, Any] | None
    version: int
    snapshot: bytes | None
    changed_at: datetime | None

    @property
    def openings(self) -> Openings:
        """When it was open, as its record shows it."""
        if self.record is None:
            return Openings(None, ())
        status = self.record["status"]
        return Openings(
            PositionStatus(status) if status else None,
            tuple(OpenSpan(_moment(span["opened_at"]), _moment(span["closed_at"])) for span in self.record["spans"]),
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def position_values(heads: Heads, openings: Openings) -> dict[str, Any]:
    """A position's values as clients see them: status and times are what the fold over their history says."""
    return values_of(heads) | {
        "status": openings.status,
        "opened_at": written(openings.opened_at),
        "closed_at": written(openings.closed_at),
    }


def bring_up_to_date(position: Position, openings: Openings, *, now: datetime, traceparent: str | None) -> list[Event]:
    """Let record, version and snapshot follow from what is known; returns the event, if anything changed."""
    values = position_values(position.heads, openings)
    spans = [{"opened_at": written(span.opened_at), "closed_at": written(span.closed_at)} for span in openings.spans]
    record = {"references": [position.reference], **POSITION.nest(values), "spans": spans}
    data = position_snapshot(position.id, position.reference, values, openings)
    # A snapshot of before it had all of its fields is published anew, though the record is the same.
    if canonical(record) == canonical(position.record) and data.public_json() == position.snapshot:
        return []
    position.record = record
    position.version += 1
    position.changed_at = now
    event = snapshot_event(position.id, position.version, data, now=now, traceparent=traceparent)
    position.snapshot = event.value
    return [event]
