"""Which soft nos of a person live, when and by what each brings them back, and who is in the queue.

The product document's sections on why pursuits end and on the queue, and what recruiters did.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.attempts import FoldFact
from tests.unit.shared.attempts_by_the_text import NaiveAttempt, attempts_of
from tests.year.brought import Matching, Refusal
from tests.year.gained import gain_due_at
from tests.year.journal import Fact, Journal, QueueAct
from tests.year.openings import openings_at
from tests.year.owed import owed_to
from tests.year.person import HARD, Person, hard_nos, hired_at, is_hired, is_in_play
from tests.year.returns import conditions, due_by_time, reason_of

WEAK = frozenset({"ghosted", "no_show", "position_closed"})
BY_POSITION = "position_opened"
AGAIN_DAYS = {"wrong_time": 90, "not_reachable": 30}
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Plan:
    """A soft no that lives. ``due_at`` is None once what was due has ended: then news, or a position, brings the person back."""

    position: UUID
    reason: str
    closed_at: datetime
    due_at: datetime | None
    trigger: str | None


@dataclass(frozen=True)
class Reason:
    """A reason of a person's item: because of which no, ``closed_at``, and from when on.

    What we owe has the fact that made it, ``owed``, instead of a no.
    """

    position: UUID | None
    reason: str | None
    closed_at: datetime | None
    due_at: datetime
    trigger: str
    owed: UUID | None = None


@dataclass(frozen=True)
class Coming:
    """What brings a person back: a plan for each no that lives, and what positions add. ``reasons`` are those of the item."""

    plans: list[Plan]
    reasons: list[Reason]

    @property
    def newest_close(self) -> datetime | None:
        """The newest close that the item is about."""
        return max((one.closed_at for one in self.reasons if one.closed_at is not None), default=None)

    def listed_at(self, now: datetime) -> list[Reason]:
        """The reasons that the item lists: those that are due, or all of them where none is."""
        return [one for one in self.reasons if one.due_at <= now] or self.reasons


def coming_of(journal: Journal, person: Person, now: datetime) -> Coming:
    """What brings somebody back; nothing whom we have hired, or who is never to be approached again."""
    if is_hired(person) or hard_nos(person):
        return Coming([], [])
    done = journal.acts_on(person.streams)
    nos = list(_nos(person))
    plans = [Plan(no.position, no.conditions[0].reason, no.closed_at, *_first_reason(person, no, done)) for no in nos]
    reasons = [
        Reason(one.position, one.reason, one.closed_at, one.due_at, one.trigger)
        for one in plans
        if one.due_at is not None and one.trigger is not None
    ]
    barred = {position for act in done for position in act.dismissed}
    barred |= {position for position, attempts in person.attempts.items() if attempts and attempts[-1].decided() is None}
    matching = Matching(journal, nos, journal.record(person.streams), now)
    for brought in matching.brought_by(openings_at(journal, now), barred):
        due_at = _when(person, brought.refusal.closed_at, done, brought.due_at, BY_POSITION)
        if due_at is not None:
            reasons.append(Reason(brought.position, brought.reason, brought.refusal.closed_at, due_at, BY_POSITION))
    held_back = [] if is_in_play(person, now) else reasons
    return Coming(plans, [*held_back, *_overdue(person, done, now)])


def _overdue(person: Person, done: Sequence[QueueAct], now: datetime) -> Iterator[Reason]:
    """What we owe the person and is overdue, unless a recruiter was done with it; what is put off is due then."""
    for one in owed_to(person, now):
        if one.status != "overdue":
            continue
        acts = [act for act in done if one.made_by in act.owed]
        due_at = one.due_at
        if acts:
            last = acts[-1]
            if last.action != "snoozed" and last.outcome not in AGAIN_DAYS:
                continue
            due_at = max(due_at, last.until or last.at + timedelta(days=AGAIN_DAYS[str(last.outcome)]))
        yield Reason(one.position, None, None, due_at, "obligation_overdue", one.made_by)


def _nos(person: Person) -> Iterator[Refusal]:
    """Every soft no that lives."""
    hired = hired_at(person)
    for position, attempts in person.attempts.items():
        for close in _living(person, position, attempts):
            if reason_of(close) not in HARD and (hired is None or close.time > hired):
                yield Refusal(position, close.time, conditions(close, _ghosted_in_a_row(person, close, position)))


def _living(person: Person, position: UUID, attempts: list[NaiveAttempt]) -> Iterator[FoldFact]:
    """The newest close of a pursuit that is no ghosting, the ghosting after it, and a weak close that an open reply lifted."""
    lifted = _lifted(person, position, attempts)
    closes = [close for attempt in attempts if (close := attempt.close()) is not None]
    ghosted = [close for close in closes if close.name == "ghosted"]
    others = [close for close in closes if close.name != "ghosted"]
    if lifted is not None:
        yield lifted
    if others:
        yield others[-1]
    if (
        ghosted
        and (lifted is None or lifted.name != "ghosted")
        and (not others or closes.index(ghosted[-1]) > closes.index(others[-1]))
    ):
        yield ghosted[-1]


def _lifted(person: Person, position: UUID, attempts: list[NaiveAttempt]) -> FoldFact | None:
    """The weak close that the first reply without an answer from us lifted."""
    waiting = [fact for fact in _unanswered(person) if fact.position == position]
    if not waiting or not attempts or attempts[-1].decided() is not None or attempts[-1].outcome() == "in_play":
        return None
    moment = waiting[0].time
    happened = [one for attempt in attempts for one in attempt.happened]
    of_pursuit = [one for one in happened if not one.data.get("brought_by_time") and one.time < moment]
    closings = [one.time for one in happened if one.name == "position_closed" and one.data.get("brought_by_time")]
    earlier = attempts_of(of_pursuit, [at for at in closings if at < moment], moment - INSTANT)
    close = earlier[-1].close() if earlier else None
    return close if close is not None and close.name in WEAK else None


def _unanswered(person: Person) -> list[Fact]:
    """The replies that came after our last outreach and our last answer."""
    ours = [fact.time for fact in person.named("contacted") if fact.is_touch or fact.purpose == "reply"]
    replies = [fact for fact in person.named("responded") if not fact.data.get("auto")]
    return [fact for fact in replies if not ours or fact.time > max(ours)]


def _first_reason(person: Person, no: Refusal, done: Sequence[QueueAct]) -> tuple[datetime, str] | tuple[None, None]:
    """The first thing that brings the person back and was not used: the time of the no, or news after it and after any no."""
    nos = [one.time for attempts in person.attempts.values() for attempt in attempts for one in _no(attempt)]
    news = [(fact.time, "reply") for fact in _unanswered(person)]
    news += [(fact.time, "application") for fact in person.named("applied")]
    news += [(fact.time, "signal") for fact in person.named("signal_observed")]
    by_time = due_by_time(no.conditions)
    found = [] if by_time is None else [(by_time, "time")]
    found += [one for one in news if one[0] > max([no.closed_at, *nos])]
    if (gained := gain_due_at(no.conditions, no.closed_at, person.learnt)) is not None:
        found.append((gained, "signal"))
    left = [(due, trigger) for at, trigger in found if (due := _when(person, no.closed_at, done, at, trigger)) is not None]
    return min(left) if left else (None, None)


def _when(person: Person, closed_at: datetime, done: Sequence[QueueAct], due: datetime, trigger: str) -> datetime | None:
    """When a reason is due after what recruiters put off; None where outreach or a recruiter ended it once it had been due.

    What is put off has been due: an outreach meanwhile ends it too.
    """
    concerned = [act for act in done if act.newest_close is not None and closed_at <= act.newest_close]
    waits = [act for act in concerned if act.action == "snoozed" or act.outcome in AGAIN_DAYS]
    since, was_due = closed_at, due
    if waits and (due <= waits[-1].at or trigger == "time"):
        last = waits[-1]
        until = last.until or last.at + timedelta(days=AGAIN_DAYS[str(last.outcome)])
        due, since = until if due <= last.at else max(due, until), last.at
    ends = [fact.time for fact in person.valid if fact.is_touch]
    ends += [act.at for act in concerned if act.action in {"dismissed", "completed"} and act not in waits]
    return None if any(at > since and at >= was_due for at in ends) else due


def _no(attempt: NaiveAttempt) -> list[FoldFact]:
    close = attempt.close()
    return [] if close is None or close.name in WEAK else [close]


def _ghosted_in_a_row(person: Person, close: FoldFact, position: UUID) -> int:
    """How many pursuits were ghosted one after the other up to this one, with neither a no nor a sign of life between."""
    closes = [(one.close(), where) for where, attempts in person.attempts.items() for one in attempts]
    ghosted = {(one.time, where) for one, where in closes if one is not None and one.name == "ghosted"}
    ends = [one.time for one, _ in closes if one is not None and one.name not in WEAK and one.time < close.time]
    ends += [
        fact.time
        for fact in person.named("responded", "applied", "interested", "interviewed")
        if fact.time <= close.time and not fact.data.get("auto")
    ]
    row = [one for one in ghosted if one <= (close.time, position) and (not ends or one[0] > max(ends))]
    return max(1, len(row))
