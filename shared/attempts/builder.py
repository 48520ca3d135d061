"""An attempt while it is folded: it takes one fact after the other, in their order, and says what they make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from shared.attempts.model import STRONG, WEAK, Attempt, Close, CloseKind, FoldFact, Origin, Placement, Touch
from shared.events.vocabulary import Reason, Stage

_REASON_OF_WEAK: dict[CloseKind, Reason] = {
    "ghosted": Reason.GHOSTED,
    "no_show": Reason.NO_SHOW,
    "position_closed": Reason.POSITION_CLOSED,
}
_NEVER_IMPLIED = frozenset({Stage.SUBMITTED})
_NOT_IMPLIED_INBOUND = frozenset({Stage.SUBMITTED, Stage.CONTACTED, Stage.RESPONDED})


class Decision(IntEnum):
    OPEN = 0
    WEAK = 1
    STRONG = 2
    HIRED = 3


@dataclass(slots=True)
class AttemptBuilder:
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
    decision: Decision = Decision.OPEN
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
        if fact.name in STRONG:
            self.decisive.append(self._closed_by(fact, STRONG[fact.name]))
            self._decide()
        elif fact.name in WEAK:
            kind = WEAK[fact.name]
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
        if self.decision <= Decision.WEAK:
            self._close(Decision.WEAK, close)

    def mark_ghosted(self, time: datetime) -> None:
        """The interval after the last touch ended without an answer: an attempt that is open then is ghosted, and only then."""
        self.waiting_since = None
        if self.decision is Decision.OPEN:
            self._close(Decision.WEAK, Close("ghosted", Reason.GHOSTED, time))

    def _close(self, decision: Decision, close: Close | None) -> None:
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
        elif self.decision is Decision.WEAK:
            self._close(Decision.OPEN, None)

    def _take_back_hire(self) -> None:
        """A hire that an ATS only entered as a stage is gone once it enters an earlier one."""
        if Stage.HIRED not in {stage for stage, _ in self.entered}:
            self.decisive = [one for one in self.decisive if isinstance(one, Close) or one.name == "hired"]
            if self.decision is Decision.HIRED:
                self._decide()

    def _decide(self) -> None:
        """Of hires and strong closes the last decides; without either the attempt is open."""
        last = self.decisive[-1] if self.decisive else None
        if isinstance(last, Close):
            self._close(Decision.STRONG, last)
        else:
            self._close(Decision.OPEN if last is None else Decision.HIRED, None)

    def begins_next(self, fact: FoldFact) -> bool:
        """Whether a fact after this attempt's close begins the next attempt."""
        if self.decision is Decision.WEAK:
            return fact.name in {"sourced", "applied"} or fact.is_outreach
        if self.decision is Decision.STRONG:
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
