"""The attempt fold: what all facts of a pursuit, taken together, say about its attempts.

Pure, and the one rule that engagement and analytics share. Facts are ordered by time, then rank (sourced, applied, the stages in
their order with a ``stage_entered`` behind the facts of its stage, other facts, closes), then event id, which every service
knows alike; the order of arrival never matters. It folds all facts each time, never onto earlier state. The rules are those of
the API's "Attempts" section.

Time has an effect only up to the horizon: the latest time that is on record for the pursuit, or ``until``. A ghosting counts
once its time is not later than that. The clock's facts (``by_clock``) do nothing but move the horizon, so two services never
disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from shared.attempts.builder import AttemptBuilder, Decision
from shared.attempts.model import ORDER, Close, FoldFact, Placement, Pursuit
from shared.attempts.retractions import RETRACTION, without_retracted
from shared.events.vocabulary import Reason

GHOST_AFTER = timedelta(days=30)
"""Default for how long neither an answer nor a stage follows the last touch before an attempt is ghosted."""


def fold(
    facts: Iterable[FoldFact],
    closings: Sequence[datetime] = (),
    ghost_after: timedelta = GHOST_AFTER,
    *,
    until: datetime | None = None,
) -> Pursuit:
    """Fold all facts of a person and position into attempts.

    ``facts`` may come in any order, and more than once; every retraction of the person belongs among them. ``closings`` are the
    position's closing times. ``until`` lets time pass up to then, beyond what is on record. All times are in UTC.
    """
    return _fold_of(_Fold, facts, closings, ghost_after, until).run()


class Standing(NamedTuple):
    """How a pursuit stood from a place in the order of its facts on: ``order`` of the fact or the time that brought it about."""

    order: tuple[datetime, int, UUID]
    began_at: datetime
    """When the latest attempt began."""
    is_open: bool
    is_hired: bool
    """Whether the person was hired and had not left."""


def course(
    facts: Iterable[FoldFact],
    closings: Sequence[datetime] = (),
    ghost_after: timedelta = GHOST_AFTER,
    *,
    until: datetime | None = None,
) -> list[Standing]:
    """How a pursuit stood after each of its facts, and when time changed it between them; the values are those of ``fold``."""
    folding = _fold_of(_Course, facts, closings, ghost_after, until)
    folding.run()
    return folding.standings


_F = TypeVar("_F", bound="_Fold")


def _fold_of(
    kind: type[_F], facts: Iterable[FoldFact], closings: Sequence[datetime], ghost_after: timedelta, until: datetime | None
) -> _F:
    marks: list[datetime] = [] if until is None else [until]
    given: list[FoldFact] = []
    has_retractions = False
    last: UUID | None = None
    for fact in sorted(facts, key=ORDER):
        if fact.id == last:
            continue
        last = fact.id
        if fact.is_clock_mark:
            marks.append(fact.time)
        else:
            given.append(fact)
            has_retractions = has_retractions or fact.type == RETRACTION
    left = without_retracted(given) if has_retractions else given
    return kind(left, sorted(set(closings), reverse=True), ghost_after, marks)


@dataclass(slots=True)
class _Fold:
    """Facts in their order, and the attempts that they have made so far."""

    facts: list[FoldFact]
    closings: list[datetime]
    """Those that are still to come, the next one last."""
    ghost_after: timedelta
    marks: list[datetime]
    attempts: list[AttemptBuilder] = field(default_factory=list)
    placed: list[tuple[UUID, Placement]] = field(default_factory=list)

    def run(self) -> Pursuit:
        for fact in self.facts:
            while self.closings and self.closings[-1] < fact.time:
                self._close_position(self.closings.pop())
            self._let_time_pass(fact.time, inclusive=False)
            self._place(fact)
        while self.closings:
            self._close_position(self.closings.pop())
        horizon = max([*self.marks, *(fact.time for fact in self.facts[-1:])], default=None)
        if horizon is not None:
            self._let_time_pass(horizon)
        is_open = bool(self.attempts) and self.attempts[-1].decision is Decision.OPEN
        attempts = tuple(attempt.built() for attempt in self.attempts)
        return Pursuit(attempts, self.placed, self._ghost_due() if is_open else None)

    def _place(self, fact: FoldFact) -> None:
        attempts = self.attempts
        if not attempts and fact.is_broadcast:
            return
        if not attempts or attempts[-1].begins_next(fact):
            attempts.append(AttemptBuilder(len(attempts) + 1))
        self.placed.append((fact.id, attempts[-1].take(fact)))

    def _ghost_due(self) -> datetime | None:
        """When the interval after the latest attempt's last touch ends, if nothing has answered it."""
        if not self.attempts or self.attempts[-1].unanswered_since is None:
            return None
        return self.attempts[-1].unanswered_since + self.ghost_after

    def _let_time_pass(self, time: datetime, *, inclusive: bool = True) -> None:
        """Let time pass up to ``time``: the latest attempt is ghosted if its interval ended by then."""
        due = self._ghost_due()
        if due is not None and (due < time or (inclusive and due == time)):
            self.attempts[-1].mark_ghosted(due)

    def _close_position(self, time: datetime) -> None:
        self._let_time_pass(time)
        if self.attempts and self.attempts[-1].decision is Decision.OPEN:
            self.attempts[-1].close_weakly(Close("position_closed", Reason.POSITION_CLOSED, time))


_BEHIND_ALL = (99, UUID(int=2**128 - 1))
"""What time brings about comes behind the facts of the same moment."""


@dataclass
class _Course(_Fold):
    """A fold that notes how the pursuit stood on its way."""

    standings: list[Standing] = field(default_factory=list)

    def _place(self, fact: FoldFact) -> None:
        super()._place(fact)
        self._note(fact.order)

    def _let_time_pass(self, time: datetime, *, inclusive: bool = True) -> None:
        due = self._ghost_due()
        super()._let_time_pass(time, inclusive=inclusive)
        if due is not None and self._ghost_due() is None:
            self._note((due, *_BEHIND_ALL))

    def _close_position(self, time: datetime) -> None:
        super()._close_position(time)
        self._note((time, *_BEHIND_ALL))

    def _note(self, order: tuple[datetime, int, UUID]) -> None:
        if self.attempts:
            latest = self.attempts[-1]
            is_hired = latest.decision is Decision.HIRED and latest.left_at is None
            self.standings.append(Standing(order, latest.facts[0].time, latest.decision is Decision.OPEN, is_hired))
