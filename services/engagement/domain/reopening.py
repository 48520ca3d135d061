"""Which soft nos of a person live, and when and by what each brings them back.

A soft no is a condition: it lives until a hire, a hard no, or a newer close of its pursuit; a ghosting ends only the ghosting
before it. What brings the person back is a reason: its time; what they lacked, once their record says that they have it; or
news at once (a signal, a reply that we have not answered, an application), later than the close and than the person's last no.
An outreach later than the close, and a recruiter who is done with the item, end the reasons that are due by then, never the
condition. A snooze puts off those that are due, and what would fall due before it ends; news after it ends it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.engagement.domain.closes import reason_of
from services.engagement.domain.gained import NOTHING_GAINED, Gained, met_by_gain
from services.engagement.domain.history import Closed, History, fold_facts
from services.engagement.domain.queue_log import Handled
from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.domain.returns import Condition, ReturnPlan, conditions_of, due_by_time
from services.engagement.domain.sentences import applied_again, news_of, sentence_of, wrote_again
from shared.attempts import Attempt, Close, Pursuit
from shared.events.vocabulary import Reason, Tier, Trigger


@dataclass(frozen=True, slots=True)
class Return:
    """A reason to come back for one position. ``news`` says what reopened it before its time."""

    position_id: UUID
    attempt: Attempt
    closed_at: datetime
    plan: ReturnPlan
    news: str | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SoftNo:
    """A live soft no of a person: what must be met, the close's own reason first, and what brings them back next.

    ``next`` is None where only news, or a position, brings them back: no time does, or the reasons that were due have ended.
    """

    position_id: UUID
    attempt: Attempt
    close: Close
    conditions: Sequence[Condition]
    next: Return | None


def soft_nos_of(
    history: History, handled: Handled, policy: ReturnPolicy, ghost_after: timedelta, gained: Gained = NOTHING_GAINED
) -> list[SoftNo]:
    """Every live soft no of a person against whom no hard no stands; none for a person we have hired."""
    if history.is_hired:
        return []
    hired_at = history.hired_at
    found: list[SoftNo] = []
    for closed in _live_closes(history, ghost_after):
        at = closed.close.time
        if hired_at is not None and at <= hired_at:
            continue
        row = history.ghosted_in_a_row(closed.position_id, at)
        conditions = conditions_of(closed.close, policy, ghosted_in_a_row=row)
        if conditions:
            coming = _next(closed, conditions, history, handled, policy, gained)
            found.append(SoftNo(closed.position_id, closed.attempt, closed.close, conditions, coming))
    return found


_GOT_AWAY = frozenset({Reason.PREFERRED_ANOTHER, Reason.OFFER_DECLINED})


def tier_of(soft_nos: Iterable[SoftNo], recorded: Tier | None) -> Tier | None:
    """How close we stay to a person: inner to those who got away, as long as that soft no lives; else as their record says."""
    got_away = any(one.conditions[0].reason in _GOT_AWAY for one in soft_nos)
    return Tier.INNER if got_away else recorded


def _live_closes(history: History, ghost_after: timedelta) -> Iterator[Closed]:
    """The closes of each pursuit that no newer one has ended; also one that a reply lifted and nobody has answered."""
    unanswered = {position: moment for moment, position in reversed(list(history.unanswered()))}
    for position, pursuit in history.pursuits.items():
        lifted = None
        if position in unanswered:
            lifted = _lifted(history, position, unanswered[position], ghost_after)
        if lifted is not None:
            yield lifted
        yield from _closes(position, pursuit, is_silent=lifted is not None and _is_ghosting(lifted.close))


def _closes(position: UUID, pursuit: Pursuit, *, is_silent: bool) -> Iterator[Closed]:
    """The newest close that is no ghosting, and the ghosting after it; ``is_silent``: a newer ghosting stands in its place."""
    for attempt in reversed(pursuit.attempts):
        if attempt.close is None:
            continue
        if not _is_ghosting(attempt.close):
            yield Closed(position, attempt, attempt.close)
            return
        if not is_silent:
            yield Closed(position, attempt, attempt.close)
        is_silent = True


def _is_ghosting(close: Close) -> bool:
    return reason_of(close) is Reason.GHOSTED


def _lifted(history: History, position: UUID, replied_at: datetime, ghost_after: timedelta) -> Closed | None:
    """The weak close that a reply lifted, where the pursuit is open again and without interest so far."""
    current = history.pursuits[position].current
    if current is None or not current.is_open or current.is_interested:
        return None
    earlier = [fact for fact in history.facts_of[position] if fact.is_retraction or fact.time < replied_at]
    closings = [moment for moment in history.closings.get(position, ()) if moment < replied_at]
    just_before = replied_at - timedelta.resolution
    before = fold_facts(earlier, closings, ghost_after, until=just_before).current
    if before is None or before.close is None or not before.close.is_weak:
        return None
    return Closed(position, before, before.close)


def _next(
    closed: Closed, conditions: Sequence[Condition], history: History, handled: Handled, policy: ReturnPolicy, gained: Gained
) -> Return | None:
    """The first reason to come back that has not ended."""
    at = closed.close.time
    why = (sentence_of(closed.close, policy.zone),)
    floor = max(at, history.last_no or at)
    brings: list[tuple[datetime, Trigger, str | None]] = [one for one in _news(history, policy) if one[0] > floor]
    if (due_at := due_by_time(conditions)) is not None:
        brings.insert(0, (due_at, Trigger.TIME, None))
    if (learnt := met_by_gain(conditions, gained, at, policy.zone)) is not None:
        brings.append((learnt.at, Trigger.SIGNAL, learnt.why))
    found = (
        Return(closed.position_id, closed.attempt, at, ReturnPlan(conditions[0].reason, moment, trigger, why), news)
        for moment, trigger, news in brings
    )
    pending = (as_handled(one, history, handled) for one in found)
    return min((one for one in pending if one is not None), key=lambda one: (one.plan.due_at, one.plan.trigger), default=None)


def as_handled(found: Return, history: History, handled: Handled) -> Return | None:
    """The reason as recruiters have put it off; None once it has ended."""
    due_at, since = found.plan.due_at, found.closed_at
    put_off = handled.put_off(found.closed_at)
    if put_off is not None and (due_at <= put_off.at or found.plan.trigger is Trigger.TIME):
        since = put_off.at
        until = put_off.until if due_at <= put_off.at else max(due_at, put_off.until)
        found = replace(
            found,
            plan=replace(found.plan, due_at=until),
            snoozed_until=put_off.until if put_off.is_snooze else None,
        )
    is_over = history.contacted_since(since, due_at) or handled.is_over(found.closed_at, since, due_at)
    return None if is_over else found


def _news(history: History, policy: ReturnPolicy) -> Iterator[tuple[datetime, Trigger, str]]:
    """Everything that reopens a soft no at once, and how it reads."""
    for at, _ in history.unanswered():
        yield at, Trigger.REPLY, wrote_again(at, policy.zone)
    for at in history.applications:
        yield at, Trigger.APPLICATION, applied_again(at, policy.zone)
    for at, signal in history.signals:
        yield at, Trigger.SIGNAL, news_of(signal, at, policy.zone)
