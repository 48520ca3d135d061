"""The re-engagement queue: one item a person, with every plan to come back and everything owed and overdue as its reasons.

An item is a pure function of the person's facts, the closing times of their positions and the queue log, so it can be made
anew at any time. The time of day decides its status, and whether an attempt in which nothing happens holds it back no longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.engagement.domain.debts import Debt
from services.engagement.domain.history import History
from services.engagement.domain.priority import PriorityPart, item_parts, owed_parts, plan_parts, response_time_of, sum_of
from services.engagement.domain.queue_log import Handled, Lease, QueueEntry
from services.engagement.domain.reopening import Return
from services.engagement.domain.sentences import THIS_ROLE
from services.engagement.domain.sentences import history_of as history_sentences
from shared.attempts import Attempt, Pursuit
from shared.events.queue import Owed, Plan
from shared.events.vocabulary import ObligationKind, Reason, Stage, Tier, Trigger
from shared.ids import derived_id

NONE = UUID(int=0)


class QueueStatus(StrEnum):
    """Where a live item stands at a moment."""

    SCHEDULED = "scheduled"
    DUE = "due"
    CLAIMED = "claimed"
    SNOOZED = "snoozed"


class Presence(StrEnum):
    """Whether an item is in the queue: live, held back while the person is in play, or gone."""

    LIVE = "live"
    HELD = "held"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class QueueReason:
    """One plan, or one overdue obligation, as a reason to come back.

    ``strength`` is its part of the priority, ``why`` how it reads, clause by clause. A plan has a position and a ``reason``, an
    obligation its id, ``kind`` and ``recruiter``, whose it is, and a position where it concerns one.
    """

    position_id: UUID | None
    reason: Reason | None
    due_at: datetime
    trigger: Trigger
    strength: int
    why: tuple[str, ...]
    obligation_id: UUID | None = None
    kind: ObligationKind | None = None
    recruiter: str | None = None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A person's item. ``reasons`` are strongest first; ``due_at`` is the first time any of them is due.

    ``parts`` add up to the priority. ``newest_close`` is the time of the newest close among the reasons; ``announced`` the due
    time last announced to subscribers; ``last_touch_by`` who contacted the person last.
    """

    person_id: UUID
    id: UUID
    presence: Presence
    reasons: tuple[QueueReason, ...]
    due_at: datetime | None
    priority: int
    parts: tuple[PriorityPart, ...]
    newest_close: datetime | None
    snoozed_until: datetime | None
    lease: Lease | None
    announced: datetime | None
    last_touch_by: str | None
    tier: Tier | None

    def status(self, now: datetime) -> QueueStatus:
        """Where the item stands at a moment; asked of live items only."""
        if self.lease is not None and self.lease.holds(now):
            return QueueStatus.CLAIMED
        if self.due_at is not None and self.due_at <= now:
            return QueueStatus.DUE
        if self.snoozed_until is not None and now < self.snoozed_until:
            return QueueStatus.SNOOZED
        return QueueStatus.SCHEDULED

    def reasons_at(self, now: datetime) -> tuple[QueueReason, ...]:
        """The reasons that are due; all of them where none is yet."""
        return tuple(reason for reason in self.reasons if reason.due_at <= now) or self.reasons

    def plans_at(self, now: datetime) -> list[Plan]:
        """What subscribers are given of the plans among ``reasons_at``: codes alone."""
        return [
            Plan(position_id=reason.position_id, reason=reason.reason, trigger=reason.trigger)
            for reason in self.reasons_at(now)
            if reason.position_id is not None and reason.reason is not None
        ]

    def owed_at(self, now: datetime) -> list[Owed]:
        """What subscribers are given of the obligations among ``reasons_at``."""
        return [
            Owed(obligation_id=reason.obligation_id, kind=reason.kind)
            for reason in self.reasons_at(now)
            if reason.obligation_id is not None and reason.kind is not None
        ]

    def explanation(self, now: datetime) -> str:
        """Why to come back, as clauses for a person to read, the strongest reason first. Nothing is said twice."""
        said: set[str] = set()
        reasons: list[str] = []
        for reason in self.reasons_at(now):
            news = [clause for clause in dict.fromkeys(reason.why) if clause not in said]
            is_another = any(clause.startswith(THIS_ROLE) for clause in said)
            said.update(news)
            if news:
                clauses = "; ".join(news)
                reasons.append(clauses.replace(THIS_ROLE, "another role", 1) if is_another else clauses)
        return "; also ".join(reasons)


@dataclass(frozen=True, slots=True)
class Moved:
    """How an item stands after an action on it; ``status`` is None once it has left the queue."""

    status: QueueStatus | None
    due_at: datetime | None


def moved(item: QueueItem | None, now: datetime) -> Moved:
    """How a person's item stands, where there is one."""
    if item is None or item.presence is not Presence.LIVE:
        return Moved(None, None)
    return Moved(item.status(now), item.due_at)


def item_id(person_id: UUID) -> UUID:
    """The id of a person's item; it stays the same however often they come back."""
    return derived_id(f"queue_item:{person_id}")


def may_have_item(pursuits: Iterable[Pursuit], log: Sequence[QueueEntry]) -> bool:
    """Whether a person may have an item at all: nobody of whom nothing ever ended and who was only contacted has one."""
    return bool(log) or any(
        pursuit.attempts and (len(pursuit.attempts) > 1 or not pursuit.attempts[0].is_open or not _is_early(pursuit.attempts[0]))
        for pursuit in pursuits
    )


def _is_early(attempt: Attempt) -> bool:
    return attempt.stage in {None, Stage.SOURCED, Stage.CONTACTED}


def item_of(
    person_id: UUID,
    returns: Sequence[Return],
    debts: Sequence[Debt],
    history: History,
    done: Handled,
    *,
    tier: Tier | None,
    is_on_record: bool,
    is_held: bool,
) -> QueueItem | None:
    """The person's item, or None where there is neither a reason nor anything on record of one. The order given does not matter.

    ``is_held``: an attempt of the person is open at interested or later, and something happened in it of late. Then what we owe
    them is the only reason.
    """
    if not returns and not debts and not is_on_record:
        return None
    if debts:
        return _item(person_id, Presence.LIVE, () if is_held else returns, debts, done, history.last_touch_by, tier)
    presence = Presence.GONE if not returns else Presence.HELD if is_held else Presence.LIVE
    return _item(person_id, presence, returns, debts, done, history.last_touch_by, tier)


def _item(
    person_id: UUID,
    presence: Presence,
    returns: Sequence[Return],
    debts: Sequence[Debt],
    done: Handled,
    last_touch_by: str | None,
    tier: Tier | None,
) -> QueueItem:
    scored = [(_reason(one, sum_of(parts)), parts) for one in returns for parts in [plan_parts(one.attempt, one.plan)]]
    scored += [(_owed(one, sum_of(parts)), parts) for one in debts for parts in [owed_parts(one.obligation.kind)]]
    scored.sort(key=lambda one: (-one[0].strength, one[0].due_at, one[0].position_id or NONE, one[0].obligation_id or NONE))
    reasons = tuple(reason for reason, _ in scored)
    waits = [*(one.snoozed_until for one in returns), *(one.snoozed_until for one in debts)]
    parts = item_parts(scored[0][1], further=len(scored) - 1) if scored else ()
    return QueueItem(
        person_id=person_id,
        id=item_id(person_id),
        presence=presence,
        reasons=reasons,
        due_at=min((reason.due_at for reason in reasons), default=None),
        priority=sum_of(parts),
        parts=parts,
        newest_close=max((one.closed_at for one in returns), default=None),
        snoozed_until=max((until for until in waits if until is not None), default=None),
        lease=done.lease,
        announced=done.announced,
        last_touch_by=last_touch_by,
        tier=tier,
    )


def _reason(found: Return, strength: int) -> QueueReason:
    history = history_sentences(found.attempt, response_time_of(found.attempt))
    news = [] if found.news is None else [found.news]
    return QueueReason(
        position_id=found.position_id,
        reason=found.plan.reason,
        due_at=found.plan.due_at,
        trigger=found.plan.trigger,
        strength=strength,
        why=(*found.plan.why, *history, *news),
    )


def _owed(debt: Debt, strength: int) -> QueueReason:
    return QueueReason(
        position_id=debt.obligation.position_id,
        reason=None,
        due_at=debt.due_at,
        trigger=Trigger.OBLIGATION_OVERDUE,
        strength=strength,
        why=(debt.why,),
        obligation_id=debt.obligation.id,
        kind=debt.obligation.kind,
        recruiter=debt.obligation.recruiter,
    )
