"""Why a person is not among those whom the queue offers now, and when that changes. Pure, and for anybody.

The answer is empty for who is due, whether or not somebody holds the item.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.engagement.domain.derive import Derived, Person, Policy
from services.engagement.domain.history import history_of
from services.engagement.domain.plan_sentences import by_position
from services.engagement.domain.queue import Presence, QueueStatus
from services.engagement.domain.returns import due_by_time
from services.engagement.domain.sentences import day_of
from shared.attempts import Attempt, hard_nos


class WhyNot(StrEnum):
    """A cause, the strictest first."""

    ERASED = "erased"
    HIRED = "hired"
    HARD_NO = "hard_no"
    IN_PLAY = "in_play"
    NOTHING_ENDED = "nothing_ended"
    USED = "used"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class NotInQueue:
    """One cause in words. ``until`` is when time alone ends it; None where only a new fact does."""

    code: WhyNot
    sentence: str
    until: datetime | None = None


def why_not(
    person: Person,
    derived: Derived,
    policy: Policy,
    *,
    now: datetime,
    titles: Mapping[UUID, str] | None = None,
    is_erased: bool = False,
) -> list[NotInQueue]:
    """Every cause that keeps the person out at ``now``, the strictest first. ``titles`` are of positions."""
    zone = policy.returns.zone
    if is_erased:
        return [NotInQueue(WhyNot.ERASED, "Their record was erased on request; nothing of them is kept.")]
    if _is_offered(derived, now):
        return []
    found = [*_never(person, derived, zone), *_in_play(person, derived, policy, titles or {}, now)]
    return found + ([] if any(one.code in _NO_PLANS for one in found) else list(_plans(derived, zone, now)))


def _is_offered(derived: Derived, now: datetime) -> bool:
    item = derived.item
    return item is not None and item.presence is Presence.LIVE and item.status(now) in {QueueStatus.DUE, QueueStatus.CLAIMED}


_NO_PLANS = frozenset({WhyNot.HIRED, WhyNot.HARD_NO})


def _attempts(derived: Derived) -> Iterator[tuple[UUID, Attempt]]:
    for position, pursuit in derived.pursuits.items():
        for attempt in pursuit.attempts:
            yield position, attempt


def _never(person: Person, derived: Derived, zone: ZoneInfo) -> Iterator[NotInQueue]:
    hired = [one.hired_at for _, one in _attempts(derived) if one.is_hired and one.left_at is None and one.hired_at]
    if hired:
        yield NotInQueue(WhyNot.HIRED, f"We hired them on {_day(max(hired), zone)}, and they have not left.")
    for reason, since in sorted(hard_nos(person.facts).items()):
        words = reason.value.replace("_", " ")
        yield NotInQueue(WhyNot.HARD_NO, f"A hard no stands against them since {_day(since, zone)}: {words}.")


def _in_play(person: Person, derived: Derived, policy: Policy, titles: Mapping[UUID, str], now: datetime) -> Iterator[NotInQueue]:
    last = history_of(person.facts, {}, derived.pursuits, {}).last_fact_at
    for position, attempt in sorted(_attempts(derived), key=lambda one: (one[1].began_at, one[0])):
        until = last[position] + policy.idle_after
        if attempt.is_open and attempt.is_interested and now < until:
            where = titles.get(position, "another position")
            sentence = f"They are in play for {where}: {attempt.stage}, since {_day(attempt.began_at, policy.returns.zone)}."
            yield NotInQueue(WhyNot.IN_PLAY, sentence, until)


def _plans(derived: Derived, zone: ZoneInfo, now: datetime) -> Iterator[NotInQueue]:
    item = derived.item
    if item is not None and item.reasons and item.due_at is not None:
        status = item.status(now)
        if status is QueueStatus.SNOOZED:
            yield NotInQueue(WhyNot.SNOOZED, f"A recruiter has put them off until {_day(item.due_at, zone)}.", item.due_at)
        elif status is QueueStatus.SCHEDULED:
            sentence = f"Nothing is due before {_day(item.due_at, zone)}: {item.explanation(now)}."
            yield NotInQueue(WhyNot.SCHEDULED, sentence, item.due_at)
    elif derived.plans:
        waits = by_position([condition for plan in derived.plans for condition in plan.conditions])
        come_back = f"they come back on news of them{f', or once {waits}' if waits else ''}."
        if any(due_by_time(plan.conditions) for plan in derived.plans):
            yield NotInQueue(WhyNot.USED, f"What was due was used: {come_back}")
        else:
            yield NotInQueue(WhyNot.WAITING, f"No date brings them back: {come_back}")
    else:
        yield NotInQueue(WhyNot.NOTHING_ENDED, "No pursuit of theirs ended with a no that leaves something to come back for.")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return day_of(moment.astimezone(zone).date())
