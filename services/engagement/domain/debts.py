"""What we owe a person and is overdue, as reasons of their queue item. Pure.

An overdue obligation is a reason until it is met, waived or withdrawn, or a recruiter is done with it; what puts off the item
puts it off as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.engagement.domain.obligations import Obligation
from services.engagement.domain.queue_log import Handled
from services.engagement.domain.sentences import day_of
from shared.events.vocabulary import ObligationKind

OWED: Mapping[ObligationKind, str] = {
    ObligationKind.REPLY: "a reply to them",
    ObligationKind.FEEDBACK: "feedback for them",
    ObligationKind.PROMISE: "what we promised them",
}


@dataclass(frozen=True, slots=True)
class Debt:
    """An overdue obligation; ``due_at`` is when it is to be looked at: since it is overdue, or once it is put off no longer."""

    obligation: Obligation
    due_at: datetime
    snoozed_until: datetime | None
    why: str


def debts_of(owed: Sequence[Obligation], handled: Handled, *, now: datetime, zone: ZoneInfo) -> list[Debt]:
    """What is overdue at ``now`` and no recruiter was done with, as they have put it off."""
    found: list[Debt] = []
    for one in owed:
        wait = handled.owed.get(one.id)
        if not one.is_overdue(now) or (wait is not None and wait.until is None):
            continue
        due_at = one.due_at if wait is None or wait.until is None else max(one.due_at, wait.until)
        why = f"{OWED[one.kind]} is overdue since {day_of(one.due_at.astimezone(zone).date())}"
        found.append(Debt(one, due_at, wait.until if wait is not None and wait.is_snooze else None, why))
    return found
