"""When may a closed pursuit be reopened?

Pure rules: values in, values out. The source of each rule is product.md, "Why pursuits end, and what reopens them".
"""

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.engagement.domain.closes import decisive_reason, facts_of, further_of, reason_of
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import Close
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason, Trigger

Due = Callable[[datetime, CloseFacts, ReturnPolicy], datetime]


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """When we come back after a soft no, by what, and how that reads to a person: clauses, the no first."""

    reason: Reason
    due_at: datetime
    trigger: Trigger
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One reason of a soft no, which must be met before we come back. ``due_at`` is the time that meets it.

    A position may meet it earlier, or at all where ``due_at`` is None; no earlier than ``position_from``.
    """

    reason: Reason
    facts: CloseFacts
    due_at: datetime | None
    position_from: datetime | None = None

    def is_due(self, at: datetime) -> bool:
        """Whether time has met it by then."""
        return self.due_at is not None and self.due_at <= at


def conditions_of(close: Close, policy: ReturnPolicy, *, ghosted_in_a_row: int = 1) -> tuple[Condition, ...]:
    """What must be met before we come back, the close's own reason first; nothing for a hard no, after which we never do.

    ``ghosted_in_a_row`` counts the person's pursuits that were ghosted one after the other, this one included; only a ghosted
    close looks at it. Nothing is due before its close.
    """
    reason = reason_of(close)
    if reason.is_hard_no:
        return ()
    own = _condition(close.time, reason, facts_of(close), policy, ghosted_in_a_row)
    return own, *(_condition(close.time, other, facts, policy, ghosted_in_a_row) for other, facts in further_of(close))


def due_by_time(conditions: Sequence[Condition]) -> datetime | None:
    """When time alone has met all of them; None where only a position meets one."""
    due = [condition.due_at for condition in conditions if condition.due_at is not None]
    return max(due) if len(due) == len(conditions) else None


def unmet(
    conditions: Sequence[Condition], at: datetime, *, meets: Callable[[Condition], bool] = lambda _: False
) -> list[Condition]:
    """Those that at a time neither time nor, as ``meets`` says, a position has met. The person comes back when none is left."""
    return [condition for condition in conditions if not condition.is_due(at) and not meets(condition)]


def _condition(closed_at: datetime, reason: Reason, facts: CloseFacts, policy: ReturnPolicy, ghosted_in_a_row: int) -> Condition:
    if reason is Reason.GHOSTED:
        return Condition(reason, facts, closed_at + _wait_after_ghosting(policy, ghosted_in_a_row))
    decisive = decisive_reason(reason, facts)
    if decisive in _BY_POSITION_ALONE:
        return Condition(reason, facts, None, closed_at + _BY_POSITION_ALONE[decisive](policy))
    return Condition(reason, facts, max(_DUE[decisive](closed_at, facts, policy), closed_at))


def _wait_after_ghosting(policy: ReturnPolicy, ghosted_in_a_row: int) -> timedelta:
    wait = policy.ghosted
    for _ in range(ghosted_in_a_row - 1):
        if wait >= policy.ghosted_at_most:
            break
        wait *= 2
    return min(wait, policy.ghosted_at_most)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day of the organisation, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _availability(closed_at: datetime, facts: CloseFacts, policy: ReturnPolicy) -> datetime:
    if facts.available_from is None:
        return closed_at + policy.availability
    return _midnight(facts.available_from - policy.availability_ahead, policy.zone)


def _experience(closed_at: datetime, facts: CloseFacts, policy: ReturnPolicy) -> datetime:
    if facts.years_had is None or facts.years_needed is None or facts.years_needed <= facts.years_had:
        return closed_at + policy.experience
    return _years_after(closed_at, facts.years_needed - facts.years_had)


def _years_after(moment: datetime, years: float) -> datetime:
    """So many calendar years later; a part of a year is that part of 365 days, and 29 February becomes the 28th."""
    whole = int(years)
    year = moment.year + whole
    day = min(moment.day, monthrange(year, moment.month)[1])
    return moment.replace(year=year, day=day) + timedelta(days=round(365 * (years - whole)))


def _timing(closed_at: datetime, facts: CloseFacts, policy: ReturnPolicy) -> datetime:
    return closed_at + policy.timing if facts.revisit_on is None else _midnight(facts.revisit_on, policy.zone)


def _after_start(wait: Callable[[ReturnPolicy], timedelta]) -> Due:
    def due(closed_at: datetime, facts: CloseFacts, policy: ReturnPolicy) -> datetime:
        if facts.start_on is None:
            return closed_at + wait(policy)
        return _midnight(facts.start_on + wait(policy), policy.zone)

    return due


def _after_close(wait: Callable[[ReturnPolicy], timedelta]) -> Due:
    return lambda closed_at, _facts, policy: closed_at + wait(policy)


_DUE: Mapping[Reason, Due] = {
    Reason.SALARY: _after_close(lambda policy: policy.salary),
    Reason.AVAILABILITY: _availability,
    Reason.LOCATION: _after_close(lambda policy: policy.location),
    Reason.EXPERIENCE: _experience,
    Reason.SKILLS: _after_close(lambda policy: policy.skills),
    Reason.ROLE_FIT: _after_close(lambda policy: policy.role_fit),
    Reason.TIMING: _timing,
    Reason.ACCEPTED_ELSEWHERE: _after_start(lambda policy: policy.accepted_elsewhere),
    Reason.COUNTER_OFFER: _after_start(lambda policy: policy.counter_offer),
    Reason.GHOSTED: _after_close(lambda policy: policy.ghosted),
    Reason.NO_SHOW: _after_close(lambda policy: policy.no_show),
    Reason.UNSPECIFIED: _after_close(lambda policy: policy.unspecified),
}
"""The time that meets a reason. A declined offer is read as its own reason; a ghosted pursuit counts the row before it."""
_BY_POSITION_ALONE: Mapping[Reason, Callable[[ReturnPolicy], timedelta]] = {
    Reason.REJECTED_BY_SPONSOR: lambda policy: policy.rejected_by_sponsor,
    Reason.PREFERRED_ANOTHER: lambda policy: policy.preferred_another,
    Reason.POSITION_CLOSED: lambda policy: policy.position_closed,
}
"""Rows of product.md that name a position and no "else": no time meets them, a position does so long after the close."""
