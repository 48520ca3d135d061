"""Which soft nos of a person may be reopened, when, and by what.

A close makes a plan until somebody comes back to the person. Consumed by: an outreach later than the close, a hire, a hard no,
a later close of the same pursuit, a recruiter who is done with it. News reopens a plan at once: a signal, or a reply that
we have not answered, later than the close and than the person's last no.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.engagement.domain.history import Closed, History, fold_facts
from services.engagement.domain.queue_log import Handled
from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.domain.returns import ReturnPlan, plan_return
from services.engagement.domain.sentences import news_of, wrote_again
from shared.attempts import Attempt, Pursuit
from shared.events.vocabulary import Trigger


@dataclass(frozen=True, slots=True)
class Return:
    """A plan to come back for one position. ``news`` says what reopened it before its time."""

    position_id: UUID
    attempt: Attempt
    closed_at: datetime
    plan: ReturnPlan
    news: str | None = None
    snoozed_until: datetime | None = None


def returns_of(history: History, handled: Handled, policy: ReturnPolicy, ghost_after: timedelta) -> list[Return]:
    """Every live plan of a person against whom no hard no stands; none for a person we have hired."""
    if history.is_hired:
        return []
    hired_at = history.hired_at
    found: list[Return] = []
    for closed in _soft_closes(history, ghost_after):
        at = closed.close.time
        if history.contacted_since(at) or handled.is_over(at) or (hired_at is not None and at <= hired_at):
            continue
        row = history.ghosted_in_a_row(closed.position_id, at)
        plan = plan_return(closed.close, policy, ghosted_in_a_row=row)
        if plan is not None:
            found.append(_brought_forward(Return(closed.position_id, closed.attempt, at, plan), history, handled, policy))
    return found


def _soft_closes(history: History, ghost_after: timedelta) -> Iterator[Closed]:
    """The close that stands last in each pursuit; also one that a reply lifted and nobody has answered."""
    unanswered = {position: moment for moment, position in reversed(list(history.unanswered()))}
    for position, pursuit in history.pursuits.items():
        closed = None
        if position in unanswered:
            closed = _lifted(history, position, unanswered[position], ghost_after)
        closed = closed or _last_closed(position, pursuit)
        if closed is not None:
            yield closed


def _last_closed(position: UUID, pursuit: Pursuit) -> Closed | None:
    """The last close that no later attempt has left behind: by a close of its own, a hire or an interest."""
    for attempt in reversed(pursuit.attempts):
        if attempt.close is not None:
            return Closed(position, attempt, attempt.close)
        if not attempt.is_open or attempt.is_interested:
            return None
    return None


def _lifted(history: History, position: UUID, replied_at: datetime, ghost_after: timedelta) -> Closed | None:
    """The weak close that a reply lifted, where the pursuit is open again and without interest so far."""
    current = history.pursuits[position].current
    if current is None or not current.is_open or current.is_interested:
        return None
    earlier = [fact for fact in history.facts_of[position] if fact.is_retraction or fact.time < replied_at]
    closings = [moment for moment in history.closings.get(position, ()) if moment < replied_at]
    just_before = replied_at - timedelta.resolution
    before = fold_facts(earlier, closings, ghost_after, until=just_before).current
    if before is None or before.close is None:
        return None
    return Closed(position, before, before.close)


def _brought_forward(found: Return, history: History, handled: Handled, policy: ReturnPolicy) -> Return:
    """The plan with what puts it off and what reopens it."""
    plan = found.plan
    put_off = handled.put_off(found.closed_at)
    floor = max(found.closed_at, history.last_no or found.closed_at)
    if put_off is not None:
        floor = max(floor, put_off.at)
        plan = replace(plan, due_at=max(plan.due_at, put_off.until))
    news = _first_news(history, floor, policy)
    if news is not None and news[0] < plan.due_at:
        moment, trigger, sentence = news
        return replace(found, plan=replace(plan, due_at=moment, trigger=trigger), news=sentence)
    snoozed_until = put_off.until if put_off is not None and put_off.is_snooze else None
    return replace(found, plan=plan, snoozed_until=snoozed_until)


def _first_news(history: History, floor: datetime, policy: ReturnPolicy) -> tuple[datetime, Trigger, str] | None:
    """The first signal or unanswered reply after a time."""
    heard = [
        *((at, Trigger.REPLY, wrote_again(at, policy.zone)) for at, _ in history.unanswered() if at > floor),
        *((at, Trigger.SIGNAL, news_of(signal, at, policy.zone)) for at, signal in history.signals if at > floor),
    ]
    return min(heard, default=None)
