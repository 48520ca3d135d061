"""What subscribers get of an obligation when it is made, changes, or is withdrawn."""

from datetime import datetime
from typing import Any

from services.engagement.domain.obligations import Obligation, ObligationStatus
from shared.events.obligations import (
    ObligationEvent,
    ObligationMet,
    ObligationOpened,
    ObligationOverdue,
    ObligationWaived,
    ObligationWarned,
    ObligationWithdrawn,
)

_OF_STATUS: dict[ObligationStatus, type[ObligationEvent]] = {
    ObligationStatus.OPEN: ObligationOpened,
    ObligationStatus.WARNED: ObligationWarned,
    ObligationStatus.OVERDUE: ObligationOverdue,
    ObligationStatus.MET: ObligationMet,
    ObligationStatus.WAIVED: ObligationWaived,
}


def news_of(one: Obligation, *, is_new: bool, now: datetime) -> list[tuple[ObligationEvent, datetime]]:
    """The events of an obligation that was made or changed, each with its time: a new one was opened, however it stands now."""
    status = one.status(now)
    statuses = [ObligationStatus.OPEN, status] if is_new and status is not ObligationStatus.OPEN else [status]
    return [(_OF_STATUS[each].model_validate(_fields(one)), _time(one, each)) for each in statuses]


def _fields(one: Obligation) -> dict[str, Any]:
    waiver = one.waiver
    return {
        "obligation_id": one.id,
        "candidate_id": one.stream,
        "kind": one.kind,
        "position_id": one.position_id,
        "recruiter": one.recruiter,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "due_at": one.due_at,
        "met_at": one.met_at,
        "waived_at": waiver and waiver.at,
        "waived_by": waiver and waiver.recruiter,
    }


def _time(one: Obligation, status: ObligationStatus) -> datetime:
    """When it came to stand so; what was promised for a time that had passed is overdue at once."""
    times = {
        ObligationStatus.WARNED: one.warn_at,
        ObligationStatus.OVERDUE: one.due_at,
        ObligationStatus.MET: one.met_at,
        ObligationStatus.WAIVED: one.waiver and one.waiver.at,
    }
    return max(times.get(status) or one.made_at, one.made_at)


def withdrawn(row: dict[str, Any], now: datetime) -> tuple[ObligationEvent, datetime]:
    """The event of an obligation that is none any more, from the row that was stored of it."""
    return ObligationWithdrawn.model_validate(row | {"obligation_id": row["id"]}), now
