"""Who is in the queue, why and from when on: the product document's section on it, and what recruiters did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.attempts import FoldFact
from tests.unit.shared.attempts_by_the_text import NaiveAttempt, attempts_of
from tests.year.journal import Fact, QueueAct
from tests.year.person import HARD, Person, hard_nos, hired_at, is_hired, is_in_play
from tests.year.returns import due_at, reason_of

WEAK = frozenset({"ghosted", "no_show", "position_closed"})
AGAIN_DAYS = {"wrong_time": 90, "not_reachable": 30}
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Reason:
    """A plan to come back."""

    position: UUID
    reason: str
    due_at: datetime
    trigger: str
    closed_at: datetime


def reasons(person: Person, acts: Sequence[QueueAct], now: datetime) -> list[Reason]:
    """Every plan that lives; none for whom we have hired, or who is never to be approached again."""
    if is_hired(person) or hard_nos(person):
        return []
    done = [act for act in acts if act.stream in person.streams]
    return [
        _brought_forward(person, one, done, position)
        for position in person.attempts
        for one in _standing(person, position, now)
        if not _is_over(person, one, done)
    ]


def is_shown(person: Person, now: datetime) -> bool:
    """Whether the item is held back no longer."""
    return not is_in_play(person, now)


def newest_close(found: Sequence[Reason]) -> datetime | None:
    """The newest close that an item is about."""
    return max((one.closed_at for one in found), default=None)


def _standing(person: Person, position: UUID, now: datetime) -> Iterator[FoldFact]:
    """The close that counts in a pursuit: one that a reply lifted and nobody has answered, else the last."""
    attempts = person.attempts[position]
    lifted = _lifted(person, position, attempts)
    if lifted is not None:
        yield lifted
        return
    for attempt in reversed(attempts):
        close = attempt.close()
        if close is not None:
            if reason_of(close) not in HARD:
                yield close
            return
        if attempt.outcome() in {"hired", "in_play"}:
            return


def _lifted(person: Person, position: UUID, attempts: list[NaiveAttempt]) -> FoldFact | None:
    """The weak close that the first reply without an answer from us lifted."""
    waiting = [fact for fact in _unanswered(person) if fact.position == position]
    if not waiting or not attempts or attempts[-1].decided() is not None or attempts[-1].outcome() == "in_play":
        return None
    moment = waiting[0].time
    of_pursuit = [one for attempt in attempts for one in attempt.happened if not one.data.get("brought_by_time")]
    closings = [one.time for attempt in attempts for one in attempt.happened if _is_closing(one)]
    earlier = attempts_of(
        [one for one in of_pursuit if one.time < moment], [at for at in closings if at < moment], moment - INSTANT
    )
    return earlier[-1].close() if earlier else None


def _is_closing(one: FoldFact) -> bool:
    return one.name == "position_closed" and bool(one.data.get("brought_by_time"))


def _unanswered(person: Person) -> list[Fact]:
    """The replies that came after our last outreach and our last answer."""
    ours = [fact.time for fact in person.named("contacted") if fact.is_touch or fact.purpose == "reply"]
    return [fact for fact in _replies(person) if not ours or fact.time > max(ours)]


def _replies(person: Person) -> list[Fact]:
    return [fact for fact in person.named("responded") if not fact.data.get("auto")]


def _is_over(person: Person, close: FoldFact, done: Sequence[QueueAct]) -> bool:
    """An outreach since, a hire since, or a recruiter who is done with it."""
    hired = hired_at(person)
    if any(fact.is_touch and fact.time > close.time for fact in person.valid):
        return True
    if hired is not None and close.time <= hired:
        return True
    return any(_ends(act) and act.newest_close is not None and close.time <= act.newest_close for act in done)


def _ends(act: QueueAct) -> bool:
    return act.action == "dismissed" or (act.action == "completed" and act.outcome not in AGAIN_DAYS)


def _brought_forward(person: Person, close: FoldFact, done: Sequence[QueueAct], position: UUID) -> Reason:
    due = due_at(close, _ghosted_in_a_row(person, close, position))
    nos = [one.time for attempts in person.attempts.values() for attempt in attempts for one in _no(attempt)]
    floor = max([close.time, *nos])
    put_off = [act for act in done if act.action in {"snoozed", "completed"} and not _ends(act)]
    put_off = [act for act in put_off if act.newest_close is not None and close.time <= act.newest_close]
    if put_off:
        last = put_off[-1]
        until = last.until or last.at + timedelta(days=AGAIN_DAYS[str(last.outcome)])
        due, floor = max(due, until), max(floor, last.at)
    news = [(fact.time, "reply") for fact in _unanswered(person)]
    news += [(fact.time, "signal") for fact in person.named("signal_observed")]
    later = sorted(one for one in news if one[0] > floor)
    trigger = "time"
    if later and later[0][0] < due:
        due, trigger = later[0]
    return Reason(position, reason_of(close), due, trigger, close.time)


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
