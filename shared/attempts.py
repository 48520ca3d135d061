"""The attempt fold: what all facts of a pursuit, taken together, say about its attempts.

Pure, and the one rule that engagement and analytics share. Facts are ordered by time, then rank (stages in their order, then
other facts, then closes), then event id, which every service knows alike; the order of arrival never matters. It folds all
facts each time, never onto earlier state. The rules are those of the API's "Attempts" section.

Time itself has no say but through ``horizon``: the latest time that is on record for the pursuit. A ghosting counts once its
time is not later than that. The clock's facts (``by_clock``) do nothing but move it, so two services never disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Literal
from uuid import UUID

from shared.events.vocabulary import Reason, Stage

GHOST_AFTER = timedelta(days=30)
"""Default for how long no answer and no stage follow the last touch before an attempt is ghosted."""

Origin = Literal["inbound", "outbound"]
CloseKind = Literal["declined", "rejected", "withdrawn", "ghosted", "no_show", "position_closed"]

_PREFIX = "rekindle.pursuit."
_RETRACTION = "rekindle.event.retracted"

_STAGE_OF: dict[str, Stage] = {stage.value: stage for stage in Stage} | {
    "applied": Stage.INTERESTED,
    "screened": Stage.SCREENING,
    "interviewed": Stage.INTERVIEWING,
}
_STRONG: dict[str, CloseKind] = {"declined": "declined", "rejected": "rejected", "withdrawn": "withdrawn"}
_WEAK: dict[str, CloseKind] = {"ghosted": "ghosted", "no_show": "no_show", "position_closed": "position_closed"}
_REASON_OF_WEAK: dict[CloseKind, Reason] = {
    "ghosted": Reason.GHOSTED,
    "no_show": Reason.NO_SHOW,
    "position_closed": Reason.POSITION_CLOSED,
}
_NEVER_IMPLIED = frozenset({Stage.SUBMITTED})
_NOT_IMPLIED_INBOUND = frozenset({Stage.SUBMITTED, Stage.CONTACTED, Stage.RESPONDED})
_OTHER_RANK = len(Stage)
_CLOSE_RANK = _OTHER_RANK + 1


@dataclass(frozen=True, slots=True)
class FoldFact:
    """A fact as the fold sees it. ``name`` is the type's last word for a pursuit's facts, else the whole type."""

    id: UUID
    name: str
    time: datetime
    stage: Stage | None
    data: Mapping[str, Any]

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """Where the fact stands among all facts of its pursuit."""
        if self.stage is not None:
            return self.time, self.stage.order, self.id
        return self.time, _CLOSE_RANK if self.name in _STRONG or self.name in _WEAK else _OTHER_RANK, self.id

    @property
    def is_outreach(self) -> bool:
        """Whether this is a touch."""
        return self.name == "contacted" and self.data.get("purpose", "outreach") == "outreach"


def fact_of(id: UUID, type: str, time: datetime, data: Mapping[str, Any]) -> FoldFact:
    """A fact from an event's id, type, time (UTC) and data, as JSON values."""
    name = type.removeprefix(_PREFIX)
    if name == "stage_entered":
        return FoldFact(id, name, time, Stage(data["stage"]), data)
    return FoldFact(id, name, time, _STAGE_OF.get(name), data)


@dataclass(frozen=True, slots=True)
class Touch:
    """One outreach contact."""

    id: UUID
    time: datetime
    channel: str | None
    recruiter: str | None
    sender_role: str | None
    template: str | None


@dataclass(frozen=True, slots=True)
class Close:
    """How an attempt ended. ``event`` is None where the fold derived it: ghosted, or closed with the position."""

    kind: CloseKind
    reason: Reason
    time: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    event: UUID | None = None

    @property
    def is_hard_no(self) -> bool:
        return self.reason.is_hard_no

    @property
    def is_weak(self) -> bool:
        """Whether a later reply or stage lifts it."""
        return self.kind in _WEAK


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fact landed: the attempt's number and, for a touch, which one it is. Both count from 1."""

    attempt: int
    touch: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pursuit from its start to its close.

    ``recorded`` has the time of the first fact of each very stage; ``reached`` those and the implied ones, whose time is that of
    the earliest later stage that is recorded. ``stage`` is the furthest reached, None where no stage ever was.
    """

    number: int
    origin: Origin
    began_at: datetime
    via: str | None
    recruiter: str | None
    recorded: Mapping[Stage, datetime]
    reached: Mapping[Stage, datetime]
    touches: tuple[Touch, ...]
    first_response_at: datetime | None
    replied_by_touch: int | None
    close: Close | None
    hired_at: datetime | None
    started_at: datetime | None
    left_at: datetime | None
    contradiction: bool
    """Whether it holds both a hire and a strong close."""

    @property
    def stage(self) -> Stage | None:
        return max(self.reached, key=lambda stage: stage.order, default=None)

    @property
    def cohort_at(self) -> datetime:
        """The first touch, or the first fact where there was none."""
        return self.touches[0].time if self.touches else self.began_at

    @property
    def is_hired(self) -> bool:
        return self.hired_at is not None and self.close is None

    @property
    def is_open(self) -> bool:
        return self.close is None and self.hired_at is None

    @property
    def is_interested(self) -> bool:
        return Stage.INTERESTED in self.reached

    @property
    def is_uninterested(self) -> bool:
        """Declined without ever having been interested."""
        return self.close is not None and self.close.kind == "declined" and not self.is_interested

    @property
    def is_silent(self) -> bool:
        """Contacted, and neither an answer nor a later stage came."""
        return self.stage is Stage.CONTACTED and self.first_response_at is None

    @property
    def is_hard_no(self) -> bool:
        return self.close is not None and self.close.is_hard_no

    @property
    def is_soft_no(self) -> bool:
        return self.close is not None and not self.close.is_hard_no


@dataclass(frozen=True, slots=True)
class Pursuit:
    """All attempts of a person for a position, in order, and where each fact landed."""

    attempts: tuple[Attempt, ...]
    placements: Mapping[UUID, Placement]
    ghost_due: datetime | None
    """When the latest attempt becomes ghosted unless something comes; None when it waits for nothing."""

    @property
    def current(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None


class _Decision(IntEnum):
    OPEN = 0
    WEAK = 1
    STRONG = 2
    HIRED = 3


@dataclass(slots=True)
class _Building:
    """An attempt while it is folded."""

    number: int
    first: FoldFact
    named: dict[Stage, datetime] = field(default_factory=dict)
    """Stages by facts of their name: first time of each."""
    entered: list[tuple[Stage, datetime]] = field(default_factory=list)
    """Stages by ``stage_entered``, without those that were taken back by naming an earlier one."""
    touches: list[Touch] = field(default_factory=list)
    via: str | None = None
    recruiter: str | None = None
    first_response_at: datetime | None = None
    replied_by_touch: int | None = None
    decision: _Decision = _Decision.OPEN
    close: Close | None = None
    decisive: list[Close | FoldFact] = field(default_factory=list)
    """Strong closes and hires that stand, of which the last decides."""
    started_at: datetime | None = None
    left_at: datetime | None = None
    waiting_since: datetime | None = None
    """The last touch, while neither an answer nor a stage has followed it and the interval has not ended."""

    def take(self, fact: FoldFact) -> Placement:
        """Add a fact that belongs to this attempt."""
        data = fact.data
        self.via = self.via or data.get("via")
        self.recruiter = self.recruiter or data.get("recruiter")
        if fact.name in _STRONG:
            self.decisive.append(self._closed_by(fact, _STRONG[fact.name]))
            self._decide()
        elif fact.name in _WEAK:
            kind = _WEAK[fact.name]
            self.close_weakly(Close(kind, _REASON_OF_WEAK[kind], fact.time, {}, None, fact.id))
        elif fact.is_outreach:
            return self._touch(fact)
        elif fact.stage is not None:
            self._stage(fact)
        elif fact.name == "started":
            self.started_at = self.started_at or fact.time
        elif fact.name == "left":
            self.left_at = fact.time
        return Placement(self.number)

    @staticmethod
    def _closed_by(fact: FoldFact, kind: CloseKind) -> Close:
        reason = Reason(fact.data.get("reason") or Reason.UNSPECIFIED)
        return Close(kind, reason, fact.time, fact.data.get("facts") or {}, fact.data.get("by"), fact.id)

    def close_weakly(self, close: Close) -> None:
        """A weak close decides only where neither a hire nor a strong close is present."""
        if self.decision <= _Decision.WEAK:
            self._close(_Decision.WEAK, close)

    def waited_in_vain(self, time: datetime) -> None:
        """The interval after the last touch ended without an answer: an attempt that is open then is ghosted, and only then."""
        self.waiting_since = None
        if self.decision is _Decision.OPEN:
            self._close(_Decision.WEAK, Close("ghosted", Reason.GHOSTED, time))

    def _close(self, decision: _Decision, close: Close | None) -> None:
        self.decision, self.close = decision, close

    def _touch(self, fact: FoldFact) -> Placement:
        data = fact.data
        self.touches.append(
            Touch(
                fact.id,
                fact.time,
                data.get("channel"),
                data.get("recruiter"),
                data.get("sender_role"),
                data.get("template"),
            )
        )
        self.named.setdefault(Stage.CONTACTED, fact.time)
        self.waiting_since = fact.time
        return Placement(self.number, len(self.touches))

    def _stage(self, fact: FoldFact) -> None:
        stage = fact.stage
        if stage is None:
            return
        if fact.name == "stage_entered":
            self.entered = [one for one in self.entered if one[0].order <= stage.order]
            self.entered.append((stage, fact.time))
            self._take_back_hire()
        else:
            self.named.setdefault(stage, fact.time)
        if fact.name == "responded" and self.first_response_at is None:
            self.first_response_at = fact.time
            self.replied_by_touch = len(self.touches)
        if fact.name == "contacted":
            return  # an answer, a note or a closing letter of ours is neither an answer of theirs nor progress
        if stage.order > Stage.CONTACTED.order:
            self.waiting_since = None
        if stage is Stage.HIRED:
            self.decisive.append(fact)
            self._decide()
        elif self.decision is _Decision.WEAK:
            self._close(_Decision.OPEN, None)

    def _take_back_hire(self) -> None:
        """A hire that an ATS only entered as a stage is gone once it enters an earlier one."""
        if Stage.HIRED not in {stage for stage, _ in self.entered}:
            self.decisive = [one for one in self.decisive if isinstance(one, Close) or one.name == "hired"]
            if self.decision is _Decision.HIRED:
                self._decide()

    def _decide(self) -> None:
        """Of hires and strong closes the last decides; without either the attempt is open."""
        last = self.decisive[-1] if self.decisive else None
        if isinstance(last, Close):
            self._close(_Decision.STRONG, last)
        else:
            self._close(_Decision.OPEN if last is None else _Decision.HIRED, None)

    def begins_next(self, fact: FoldFact) -> bool:
        """Whether a fact after this attempt's close begins the next attempt."""
        if self.decision is _Decision.WEAK:
            return fact.name in {"sourced", "applied"} or fact.is_outreach
        if self.decision is _Decision.STRONG:
            return (
                fact.name in {"sourced", "applied", "interested"}
                or fact.is_outreach
                or (fact.name == "responded" and fact.data.get("mood") == "positive")
            )
        return False

    def built(self) -> Attempt:
        origin: Origin = "inbound" if self.first.name == "applied" else "outbound"
        recorded = self._recorded()
        hired_at = recorded.get(Stage.HIRED)
        return Attempt(
            number=self.number,
            origin=origin,
            began_at=self.first.time,
            via=self.via,
            recruiter=self.touches[0].recruiter or self.recruiter if self.touches else self.recruiter,
            recorded=recorded,
            reached=_with_implied(recorded, origin),
            touches=tuple(self.touches),
            first_response_at=self.first_response_at,
            replied_by_touch=self.replied_by_touch,
            close=self.close,
            hired_at=hired_at,
            started_at=self.started_at,
            left_at=self.left_at,
            contradiction=hired_at is not None and any(isinstance(one, Close) for one in self.decisive),
        )

    def _recorded(self) -> dict[Stage, datetime]:
        recorded = dict(self.named)
        for stage, time in self.entered:
            if stage not in recorded or time < recorded[stage]:
                recorded[stage] = time
        return dict(sorted(recorded.items(), key=lambda item: item[0].order))


def _with_implied(recorded: Mapping[Stage, datetime], origin: Origin) -> dict[Stage, datetime]:
    """Every reached stage with its time, in stage order."""
    skipped = _NOT_IMPLIED_INBOUND if origin == "inbound" else _NEVER_IMPLIED
    reached: dict[Stage, datetime] = {}
    earliest: datetime | None = None
    for stage in reversed(Stage):
        if stage in recorded:
            reached[stage] = recorded[stage]
            earliest = recorded[stage] if earliest is None else min(earliest, recorded[stage])
        elif earliest is not None and stage not in skipped:
            reached[stage] = earliest
    return dict(reversed(reached.items()))


def fold(
    facts: Iterable[FoldFact],
    closings: Sequence[datetime] = (),
    ghost_after: timedelta = GHOST_AFTER,
    *,
    until: datetime | None = None,
) -> Pursuit:
    """Fold all facts of a person and position into attempts.

    ``facts`` may come in any order, and more than once; every retraction of the person belongs among them. ``closings`` are the
    position's closing times. ``until`` says that time has passed up to then, beyond what is on record. All times are in UTC.
    """
    retractions: list[FoldFact] = []
    mine: list[FoldFact] = []
    marks: list[datetime] = [] if until is None else [until]
    for fact in {fact.id: fact for fact in facts}.values():
        if fact.name == _RETRACTION:
            retractions.append(fact)
        elif fact.data.get("by_clock") and fact.name in _WEAK:
            marks.append(fact.time)
        else:
            mine.append(fact)
    mine.sort(key=lambda fact: fact.order)
    return _Fold(_without_retracted(mine, retractions), sorted(set(closings)), ghost_after, marks).run()


def _without_retracted(facts: list[FoldFact], retractions: list[FoldFact]) -> list[FoldFact]:
    """Facts that no retraction names: by id first, then, by type, the latest such fact at or before the retraction."""
    if not retractions:
        return facts
    named = {str(retraction.data["event"]) for retraction in retractions if retraction.data.get("event")}
    left = [fact for fact in facts if str(fact.id) not in named]
    for retraction in sorted(retractions, key=lambda one: (one.time, one.id)):
        wanted = retraction.data.get("type")
        if not wanted or retraction.data.get("event"):
            continue
        name, position = str(wanted).removeprefix(_PREFIX), str(retraction.data.get("position"))
        for index in range(len(left) - 1, -1, -1):
            fact = left[index]
            if fact.name == name and fact.time <= retraction.time and str(fact.data.get("position")) == position:
                del left[index]
                break
    return left


@dataclass(slots=True)
class _Fold:
    facts: list[FoldFact]
    closings: list[datetime]
    ghost_after: timedelta
    marks: list[datetime]
    done: list[_Building] = field(default_factory=list)
    placements: dict[UUID, Placement] = field(default_factory=dict)

    def run(self) -> Pursuit:
        closings = iter(self.closings)
        closing = next(closings, None)
        for fact in self.facts:
            while closing is not None and closing < fact.time:
                self._pass(closing)
                self._close_position(closing)
                closing = next(closings, None)
            self._pass(fact.time, inclusive=False)
            self._place(fact)
        while closing is not None:
            self._pass(closing)
            self._close_position(closing)
            closing = next(closings, None)
        horizon = max([*self.marks, *(fact.time for fact in self.facts[-1:])], default=None)
        if horizon is not None:
            self._pass(horizon)
        waits = bool(self.done) and self.done[-1].decision is _Decision.OPEN
        return Pursuit(tuple(one.built() for one in self.done), self.placements, self._wait_ends() if waits else None)

    def _place(self, fact: FoldFact) -> None:
        if not self.done or self.done[-1].begins_next(fact):
            self.done.append(_Building(len(self.done) + 1, fact))
        self.placements[fact.id] = self.done[-1].take(fact)

    def _wait_ends(self) -> datetime | None:
        if not self.done or self.done[-1].waiting_since is None:
            return None
        return self.done[-1].waiting_since + self.ghost_after

    def _pass(self, time: datetime, *, inclusive: bool = True) -> None:
        """Let time pass up to ``time``: the latest attempt is ghosted if its interval ended by then."""
        due = self._wait_ends()
        if due is not None and (due < time or (inclusive and due == time)):
            self.done[-1].waited_in_vain(due)

    def _close_position(self, time: datetime) -> None:
        if self.done and self.done[-1].decision is _Decision.OPEN:
            self.done[-1].close_weakly(Close("position_closed", Reason.POSITION_CLOSED, time))
