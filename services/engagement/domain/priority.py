"""How promising it is to come back to a person, from 0 to 100.

| what | points |
|---|---|
| how far the attempt came: sourced, contacted | 5, 10 |
| ... responded, interested, screening | 25, 40, 45 |
| ... submitted, interviewing, offered | 50, 55, 65 |
| how soon they answered: within a day, a week, later | 15, 10, 5 |
| why it ended: close behind the chosen one, our offer declined, the position closed | 15, 15, 5 |
| ... silence or absence | -5 |
| what reopens it: a reply, a signal | 15, 10 |

An item has the points of its strongest plan and 5 for each further one. How long it has been due is no part of it: between
equal priorities the one that has waited longest comes first.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from services.engagement.domain.returns import ReturnPlan
from shared.attempts import Attempt
from shared.events.vocabulary import Reason, Stage, Trigger

FOR_EACH_FURTHER_PLAN = 5

_STAGE: Mapping[Stage, int] = {
    Stage.SOURCED: 5,
    Stage.CONTACTED: 10,
    Stage.RESPONDED: 25,
    Stage.INTERESTED: 40,
    Stage.SCREENING: 45,
    Stage.SUBMITTED: 50,
    Stage.INTERVIEWING: 55,
    Stage.OFFERED: 65,
    Stage.HIRED: 65,
}
_REASON: Mapping[Reason, int] = {
    Reason.PREFERRED_ANOTHER: 15,
    Reason.OFFER_DECLINED: 15,
    Reason.POSITION_CLOSED: 5,
    Reason.GHOSTED: -5,
    Reason.NO_SHOW: -5,
}
_TRIGGER: Mapping[Trigger, int] = {Trigger.REPLY: 15, Trigger.SIGNAL: 10}


def response_time_of(attempt: Attempt) -> timedelta | None:
    """How long the first answer took, from the touch before it; None without an answer to a touch."""
    answered = attempt.first_response_at
    if answered is None:
        return None
    return min((answered - touch.time for touch in attempt.touches if touch.time <= answered), default=None)


def strength_of(attempt: Attempt, plan: ReturnPlan) -> int:
    """The points of one plan, 0 to 100."""
    points = _STAGE[attempt.stage or Stage.SOURCED] + _REASON.get(plan.reason, 0) + _TRIGGER.get(plan.trigger, 0)
    response_time = response_time_of(attempt)
    if response_time is not None:
        points += 15 if response_time <= timedelta(days=1) else 10 if response_time <= timedelta(days=7) else 5
    return max(0, min(100, points))


def priority_of(strengths: Sequence[int]) -> int:
    """The priority of an item with plans of these strengths."""
    if not strengths:
        return 0
    return min(100, max(strengths) + FOR_EACH_FURTHER_PLAN * (len(strengths) - 1))
