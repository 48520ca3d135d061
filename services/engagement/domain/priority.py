"""How promising it is to come back to a person, from 0 to 100, as the sum of parts that each say why.

docs/queue-priority.md says the same to recruiters. Time is no part of it: a reason counts before it is due, too, and between
equal priorities the one that has waited longest comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.engagement.domain.returns import ReturnPlan
from shared.attempts import Attempt
from shared.events.vocabulary import ObligationKind, Reason, Stage, Trigger

HIGHEST = 100
FOR_EACH_FURTHER_REASON = 5


class Factor(StrEnum):
    """What a part of the priority is given for."""

    STAGE = "stage"
    RESPONSE_TIME = "response_time"
    REASON = "reason"
    TRIGGER = "trigger"
    OBLIGATION = "obligation"
    FURTHER_REASONS = "further_reasons"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class PriorityPart:
    """Points for one factor, and why in words."""

    factor: Factor
    points: int
    why: str


STAGE: Mapping[Stage, tuple[int, str]] = {
    Stage.SOURCED: (5, "was only sourced"),
    Stage.CONTACTED: (10, "was contacted and did not answer"),
    Stage.RESPONDED: (25, "answered us"),
    Stage.INTERESTED: (40, "was interested"),
    Stage.SCREENING: (45, "was screened"),
    Stage.SUBMITTED: (50, "was submitted to the sponsor"),
    Stage.INTERVIEWING: (55, "came to the interviews"),
    Stage.OFFERED: (65, "had our offer"),
    Stage.HIRED: (65, "was hired once"),
}
RESPONSE_TIME: Sequence[tuple[timedelta, int, str]] = (
    (timedelta(days=1), 15, "answered within a day"),
    (timedelta(days=7), 10, "answered within a week"),
    (timedelta.max, 5, "answered after more than a week"),
)
"""The first line that the response time does not exceed counts."""
REASON: Mapping[Reason, tuple[int, str]] = {
    Reason.PREFERRED_ANOTHER: (15, "was close behind the one who was chosen"),
    Reason.OFFER_DECLINED: (15, "declined an offer that we made"),
    Reason.POSITION_CLOSED: (5, "the position closed, which was not their doing"),
    Reason.GHOSTED: (-5, "stopped answering"),
    Reason.NO_SHOW: (-5, "did not come to an interview"),
}
TRIGGER: Mapping[Trigger, tuple[int, str]] = {
    Trigger.REPLY: (15, "wrote to us again"),
    Trigger.SIGNAL: (10, "there is news of them"),
    Trigger.POSITION_OPENED: (10, "a position fits them now"),
}
OBLIGATION: Mapping[ObligationKind, tuple[int, str]] = {
    ObligationKind.REPLY: (70, "a reply to them is overdue"),
    ObligationKind.PROMISE: (70, "what we promised them is overdue"),
    ObligationKind.FEEDBACK: (60, "feedback for them is overdue"),
}


def response_time_of(attempt: Attempt) -> timedelta | None:
    """How long the first answer took, from the touch before it; None without an answer to a touch."""
    answered = attempt.first_response_at
    if answered is None:
        return None
    return min((answered - touch.time for touch in attempt.touches if touch.time <= answered), default=None)


def plan_parts(attempt: Attempt, plan: ReturnPlan) -> tuple[PriorityPart, ...]:
    """What one plan is given points for; their sum is its strength."""
    parts = [PriorityPart(Factor.STAGE, *STAGE[attempt.stage or Stage.SOURCED])]
    response_time = response_time_of(attempt)
    if response_time is not None:
        points, why = next((points, why) for longest, points, why in RESPONSE_TIME if response_time <= longest)
        parts.append(PriorityPart(Factor.RESPONSE_TIME, points, why))
    if plan.reason in REASON:
        parts.append(PriorityPart(Factor.REASON, *REASON[plan.reason]))
    if plan.trigger in TRIGGER:
        parts.append(PriorityPart(Factor.TRIGGER, *TRIGGER[plan.trigger]))
    return tuple(parts)


def owed_parts(kind: ObligationKind) -> tuple[PriorityPart, ...]:
    """What an overdue obligation is given points for."""
    return (PriorityPart(Factor.OBLIGATION, *OBLIGATION[kind]),)


def sum_of(parts: Sequence[PriorityPart]) -> int:
    """The points of all parts."""
    return sum(part.points for part in parts)


def item_parts(strongest: Sequence[PriorityPart], *, further: int) -> tuple[PriorityPart, ...]:
    """The parts of an item, which add up to its priority: those of its strongest reason, and 5 for each ``further`` one."""
    parts = list(strongest)
    if further:
        why = "there is another reason to come back" if further == 1 else f"there are {further} further reasons to come back"
        parts.append(PriorityPart(Factor.FURTHER_REASONS, FOR_EACH_FURTHER_REASON * further, why))
    total = sum_of(parts)
    if not 0 <= total <= HIGHEST:
        limit = max(0, min(HIGHEST, total))
        parts.append(PriorityPart(Factor.LIMIT, limit - total, f"a priority is from 0 to {HIGHEST}"))
    return tuple(parts)
