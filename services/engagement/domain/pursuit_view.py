"""How a folded pursuit is stored and shown: the current attempt's state, and every attempt in full."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.engagement.domain.incoming import SYSTEM_SOURCE
from shared.attempts import Attempt, Close, Pursuit, Touch
from shared.ids import event_id

GHOSTED = "rekindle.pursuit.ghosted"
POSITION_CLOSED = "rekindle.pursuit.position_closed"
_BY_TIME = {"ghosted": GHOSTED, "position_closed": POSITION_CLOSED}
"""What time alone brings about, and the type that puts it on record."""


@dataclass(frozen=True, slots=True)
class PursuitRow:
    """What is stored of a pursuit, to find it by: the state of its latest attempt. The attempts are folded when they are read.

    ``attempt`` is 0, and ``stage`` and ``status`` are None, where no fact is left. At ``clock_at`` the clock puts a
    ghosting or a closing of the position on record, or the attempt holds its person back from the queue no longer.
    """

    id: UUID
    person_id: UUID
    position_id: UUID
    attempt: int
    stage: str | None
    status: str | None
    close_kind: str | None
    close_reason: str | None
    closed_at: datetime | None
    clock_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClockRecord:
    """What the clock puts on record: the pursuit was ghosted, or its position closed, at ``time``."""

    position_id: UUID
    type: str
    external_id: str
    time: datetime

    @property
    def event_id(self) -> UUID:
        """The id on the bus; the same ghosting is put on record once."""
        return event_id(SYSTEM_SOURCE, self.external_id)


def clock_record(pursuit: UUID, position: UUID, folded: Pursuit, recorded: Collection[UUID]) -> ClockRecord | None:
    """What the clock must put on record, at the record's time; None where nothing is to come or all is there.

    ``recorded`` are the ids of what the clock put on record for the pursuit before.
    """
    due = _due(folded)
    if due is None or folded.current is None:
        return None
    kind, time = due
    record = ClockRecord(position, _BY_TIME[kind], f"{kind}:{pursuit}:{folded.current.number}:{time.isoformat()}", time)
    return None if recorded and record.event_id in recorded else record


def _due(folded: Pursuit) -> tuple[str, datetime] | None:
    """What time brings, or has brought, to the latest attempt, and when."""
    close = None if folded.current is None else folded.current.close
    if folded.ghost_due is not None:
        return "ghosted", folded.ghost_due
    if close is not None and close.event is None and close.kind in _BY_TIME:
        return str(close.kind), close.time
    return None


def row_of(id: UUID, person: UUID, position: UUID, folded: Pursuit, clock: ClockRecord | None) -> PursuitRow:
    """The stored form of a fold. ``clock`` is what the clock must put on record."""
    current = folded.current
    close = None if current is None else current.close
    return PursuitRow(
        id=id,
        person_id=person,
        position_id=position,
        attempt=0 if current is None else current.number,
        stage=None if current is None else stage_of(current),
        status=None if current is None else status_of(current),
        close_kind=None if close is None else str(close.kind),
        close_reason=None if close is None else close.reason.value,
        closed_at=None if close is None else close.time,
        clock_at=None if clock is None else clock.time,
    )


def stage_of(attempt: Attempt) -> str | None:
    """The furthest stage; None where no stage ever was."""
    return None if attempt.stage is None else attempt.stage.value


def status_of(attempt: Attempt) -> str:
    """``hired``, ``closed`` or ``open``."""
    if attempt.close is not None:
        return "closed"
    return "hired" if attempt.hired_at is not None else "open"


def describe(attempt: Attempt) -> dict[str, Any]:
    """One attempt as the API shows it: values that JSON can hold, times as datetimes in UTC."""
    return {
        "number": attempt.number,
        "origin": attempt.origin,
        "via": attempt.via,
        "recruiter": attempt.recruiter,
        "channel": attempt.channel,
        "sender_role": attempt.sender_role,
        "began_at": attempt.began_at,
        "cohort_at": attempt.cohort_at,
        "stage": stage_of(attempt),
        "status": status_of(attempt),
        "stages": [
            {"stage": stage.value, "reached_at": time, "recorded_at": attempt.recorded.get(stage)}
            for stage, time in attempt.reached.items()
        ],
        "touches": [_describe_touch(number, touch) for number, touch in enumerate(attempt.touches, 1)],
        "first_response_at": attempt.first_response_at,
        "replied_by_touch": attempt.replied_by_touch,
        "close": None if attempt.close is None else describe_close(attempt.close),
        "hired_at": attempt.hired_at,
        "started_at": attempt.started_at,
        "left_at": attempt.left_at,
        "outcome": attempt.outcome,
        "interest": attempt.interest,
        "unanswered": attempt.is_unanswered,
        "contradiction": attempt.contradiction,
    }


def _describe_touch(number: int, touch: Touch) -> dict[str, Any]:
    return {
        "number": number,
        "time": touch.time,
        "channel": touch.channel,
        "recruiter": touch.recruiter,
        "sender_role": touch.sender_role,
        "template": touch.template,
    }


def describe_close(close: Close) -> dict[str, Any]:
    """How an attempt ended, as the API shows it. ``event`` is the closing fact's id on the bus; None where time closed it."""
    return {
        "kind": str(close.kind),
        "reason": close.reason.value,
        "facts": dict(close.facts),
        "by": close.by,
        "time": close.time,
        "event": None if close.event is None else str(close.event),
    }
