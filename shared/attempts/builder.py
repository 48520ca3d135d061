"""An attempt while it is folded: it takes one fact after the other, in their order, and builds the attempt that they make."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from shared.attempts.model import STRONG, WEAK, Attempt, Close, CloseKind, FoldFact, Message, Origin, Placement, Touch
from shared.events.vocabulary import Reason, Stage

_REASON_OF_WEAK: dict[CloseKind, Reason] = {
    "ghosted": Reason.GHOSTED,
    "no_show": Reason.NO_SHOW,
    "position_closed": Reason.POSITION_CLOSED,
}
_STAGES = tuple(Stage)
_FROM_THE_LAST = _STAGES[::-1]
_CONTACTED, _HIRED = Stage.CONTACTED, Stage.HIRED  # to look a member up costs more than most of what is done with it
_NEVER_IMPLIED = frozenset({Stage.SUBMITTED})
_NOT_IMPLIED_INBOUND = frozenset({Stage.SUBMITTED, Stage.CONTACTED, Stage.RESPONDED})


class Decision(IntEnum):
    OPEN = 0
    WEAK = 1
    STRONG = 2
    HIRED = 3


class Response(NamedTuple):
    """What the candidate said first, and how many touches came before it."""

    time: datetime
    touches: int


class Entered(NamedTuple):
    """A stage that an ATS moved the pursuit to, by ``stage_entered``."""

    stage: Stage
    fact: FoldFact


@dataclass(slots=True)
class AttemptBuilder:
    """An attempt while it is folded."""

    number: int
    facts: list[FoldFact] = field(default_factory=list)
    """All that were taken."""
    named: dict[Stage, datetime] = field(default_factory=dict)
    """Stages by facts of their name: first time of each."""
    entered: list[Entered] = field(default_factory=list)
    """Without those that were taken back by entering an earlier stage."""
    touches: list[Touch] = field(default_factory=list)
    response: Response | None = None
    """The first fact ``responded``."""
    decline: Response | None = None
    """The first decline, where neither a response nor a fact of a later stage's name came before it."""
    entered_before_decline: list[Entered] = field(default_factory=list)
    decision: Decision = Decision.OPEN
    close: Close | None = None
    decisive: list[Close | FoldFact] = field(default_factory=list)
    """Strong closes and hires that were not taken back, of which the last decides; and each time the person left."""
    started_at: datetime | None = None
    unanswered_since: datetime | None = None
    """The last touch, while neither an answer nor a stage has followed it and the interval has not ended."""

    def take(self, fact: FoldFact) -> Placement:
        """Add a fact that belongs to this attempt."""
        self.facts.append(fact)
        if fact.is_touch:
            return self._touch(fact)
        if fact.stage is not None:
            self._reach(fact.stage, fact)
        elif fact.name in STRONG:
            self._close_strongly(fact, STRONG[fact.name])
        elif fact.name in WEAK:
            kind = WEAK[fact.name]
            self.close_weakly(Close(kind, _REASON_OF_WEAK[kind], fact.time, {}, None, fact.id))
        elif fact.name == "started":
            self.started_at = self.started_at or fact.time
        elif fact.name == "left":
            self.decisive.append(fact)
        return Placement(self.number)

    def _close_strongly(self, fact: FoldFact, kind: CloseKind) -> None:
        if kind == "declined":
            self._decline(fact)
        reason = Reason(fact.data.get("reason") or Reason.UNSPECIFIED)
        get = fact.data.get
        also = tuple(get("also") or ())
        self.decisive.append(Close(kind, reason, fact.time, get("facts") or {}, get("by"), fact.id, also))
        self._decide()

    def _decline(self, fact: FoldFact) -> None:
        """A decline is an answer; whether it was the first is known once no later fact can take back an entered stage."""
        self.unanswered_since = None
        answered = self.response is not None or any(stage.order > _CONTACTED.order for stage in self.named)
        if self.decline is None and not answered and self.origin == "outbound":
            self.decline = Response(fact.time, len(self.touches))
            self.entered_before_decline = [one for one in self.entered if one.stage.order > _CONTACTED.order]

    def close_weakly(self, close: Close) -> None:
        """A weak close decides only where neither a hire nor a strong close is present."""
        if self.decision <= Decision.WEAK:
            self._set(Decision.WEAK, close)

    def mark_ghosted(self, time: datetime) -> None:
        """The interval after the last touch ended without an answer: an attempt that is open then is ghosted, and only then."""
        self.unanswered_since = None
        if self.decision is Decision.OPEN:
            self._set(Decision.WEAK, Close("ghosted", Reason.GHOSTED, time))

    def _set(self, decision: Decision, close: Close | None) -> None:
        self.decision, self.close = decision, close

    def _touch(self, fact: FoldFact) -> Placement:
        get = fact.data.get
        self.touches.append(Touch(fact.id, fact.time, get("channel"), get("recruiter"), get("sender_role"), get("template")))
        self.named.setdefault(_CONTACTED, fact.time)
        self.unanswered_since = fact.time
        return Placement(self.number, len(self.touches))

    def _reach(self, stage: Stage, fact: FoldFact) -> None:
        if fact.name == "stage_entered":
            self.entered = [one for one in self.entered if one.stage.order <= stage.order]
            self.entered.append(Entered(stage, fact))
            self._take_back_hire()
        else:
            self.named.setdefault(stage, fact.time)
        if fact.name == "responded" and self.response is None:
            self.response = Response(fact.time, len(self.touches))
        if fact.name == "contacted":
            return  # an answer, a note, a closing letter or a newsletter of ours is neither an answer of theirs nor progress
        if stage.order > _CONTACTED.order:
            self.unanswered_since = None
        if stage is _HIRED:
            self.decisive.append(fact)
            self._decide()
        elif self.decision is Decision.WEAK:
            self._set(Decision.OPEN, None)

    def _take_back_hire(self) -> None:
        """A hire that an ATS only entered as a stage is gone once it enters an earlier one."""
        if all(one.stage is not _HIRED for one in self.entered):
            self.decisive = [one for one in self.decisive if isinstance(one, Close) or one.name != "stage_entered"]
            if self.decision is Decision.HIRED:
                self._decide()

    def _decide(self) -> None:
        """Of hires and strong closes the last decides; without either the attempt is open."""
        last = next((one for one in reversed(self.decisive) if isinstance(one, Close) or one.name != "left"), None)
        if isinstance(last, Close):
            self._set(Decision.STRONG, last)
        else:
            self._set(Decision.OPEN if last is None else Decision.HIRED, None)

    def begins_next(self, fact: FoldFact) -> bool:
        """Whether a fact that comes after this attempt's close, or after the hired person left, begins the next attempt."""
        if self.decision is Decision.OPEN or (self.decision is Decision.HIRED and self.left_at is None):
            return False
        if fact.name in {"sourced", "applied"} or fact.is_touch:
            return True
        if self.decision is Decision.WEAK:
            return False
        is_positive = fact.name == "responded" and fact.stage is not None and fact.data.get("mood") == "positive"
        return fact.name == "interested" or is_positive

    @property
    def origin(self) -> Origin:
        return "inbound" if self.facts[0].name == "applied" else "outbound"

    def built(self) -> Attempt:
        """The attempt that the facts so far make."""
        recorded = self._recorded()
        decline = None if any(one in self.entered for one in self.entered_before_decline) else self.decline
        response = decline or self.response
        hired_at = recorded.get(_HIRED)
        return Attempt(
            number=self.number,
            origin=self.origin,
            began_at=self.facts[0].time,
            via=self._first("via"),
            recruiter=self._of_first_touch("recruiter"),
            channel=self._of_first_touch("channel"),
            sender_role=self._of_first_touch("sender_role"),
            recorded=recorded,
            reached=_with_implied(recorded, self.origin, decline),
            touches=tuple(self.touches),
            messages=tuple(self._messages()),
            first_response_at=None if response is None else response.time,
            replied_by_touch=None if response is None else response.touches,
            close=self.close,
            hired_at=hired_at,
            started_at=self.started_at,
            left_at=self.left_at,
            contradiction=hired_at is not None and any(isinstance(one, Close) for one in self.decisive),
        )

    @property
    def left_at(self) -> datetime | None:
        """When the person left last, unless a hire came later."""
        last = next((one for one in reversed(self.decisive) if isinstance(one, FoldFact)), None)
        return last.time if last is not None and last.name == "left" else None

    def _of_first_touch(self, name: str) -> str | None:
        of_touch: Any = getattr(self.touches[0], name) if self.touches else None
        return of_touch or self._first(name)

    def _first(self, name: str) -> str | None:
        """The first value of this name that any fact has."""
        for fact in self.facts:
            value: str | None = fact.data.get(name)
            if value is not None:
                return value
        return None

    def _messages(self) -> Iterator[Message]:
        """What both sides wrote, without newsletters and automatic replies."""
        for fact in self.facts:
            if (words := fact.data.get("words")) and fact.stage is not None and not fact.is_broadcast:
                yield Message(fact.time, words, fact.name == "responded")

    def _recorded(self) -> dict[Stage, datetime]:
        recorded = dict(self.named)
        for stage, fact in self.entered:
            if stage not in recorded or fact.time < recorded[stage]:
                recorded[stage] = fact.time
        return {stage: recorded[stage] for stage in _STAGES if stage in recorded}


def _with_implied(recorded: Mapping[Stage, datetime], origin: Origin, decline: Response | None) -> dict[Stage, datetime]:
    """Every reached stage with its time, in stage order. ``decline`` is the first response where it was a decline."""
    skipped = _NOT_IMPLIED_INBOUND if origin == "inbound" else _NEVER_IMPLIED
    first_of = recorded if decline is None else {**recorded, Stage.RESPONDED: decline.time}
    reached: dict[Stage, datetime] = {}
    earliest: datetime | None = None
    for stage in _FROM_THE_LAST:
        at = first_of.get(stage)
        if at is not None:
            reached[stage] = at
            earliest = at if earliest is None else min(earliest, at)
        elif earliest is not None and stage not in skipped:
            reached[stage] = earliest
    return dict(reversed(reached.items()))
