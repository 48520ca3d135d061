"""What the attempt fold (``shared.attempts``) takes and gives: facts, touches, closes, attempts, pursuits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal, NamedTuple
from uuid import UUID

from shared.events.vocabulary import BROADCASTS, Reason, Stage

Origin = Literal["inbound", "outbound"]
Outcome = Literal["hired", "hard_no", "soft_no", "in_play", "waiting", "open"]
Interest = Literal["interested", "uninterested", "unknown"]
CloseKind = Literal["declined", "rejected", "withdrawn", "ghosted", "no_show", "position_closed"]

PREFIX = "rekindle.pursuit."
STRONG: dict[str, CloseKind] = {"declined": "declined", "rejected": "rejected", "withdrawn": "withdrawn"}
"""Closes by the name of their fact."""
WEAK: dict[str, CloseKind] = {"ghosted": "ghosted", "no_show": "no_show", "position_closed": "position_closed"}
"""Closes that a later reply or stage lifts."""

_CONTACTED, _INTERESTED = Stage.CONTACTED, Stage.INTERESTED  # to look a member up costs more than most of what is done with it

# At equal times: sourced, applied, then two ranks a stage, the facts of its name and stage_entered; other facts; closes.
_OTHER_RANK = 2 + 2 * len(Stage)
_STAGE_OF: dict[str, Stage] = {stage.value: stage for stage in Stage} | {
    "applied": Stage.INTERESTED,
    "screened": Stage.SCREENING,
    "interviewed": Stage.INTERVIEWING,
    "offer_accepted": Stage.OFFERED,
}
_RANK_OF: dict[str, int] = (
    {name: 2 + 2 * stage.order for name, stage in _STAGE_OF.items()}
    | {"sourced": 0, "applied": 1}
    | dict.fromkeys([*STRONG, *WEAK], _OTHER_RANK + 1)
)
_KNOWN = {PREFIX + name: (name, _STAGE_OF.get(name), rank) for name, rank in _RANK_OF.items()}
"""By type: the fact's name, stage and rank, where its data have no say."""


class FoldFact(NamedTuple):
    """A fact as the fold sees it. Facts of a pursuit are ordered by their first three fields, ``order``."""

    time: datetime
    rank: int
    """Which facts come first at equal times: the lower."""
    id: UUID
    type: str
    name: str
    """The type's last word for a pursuit's facts, else the whole type."""
    stage: Stage | None
    """The stage that the fact reaches, if any."""
    data: Mapping[str, Any]
    is_touch: bool
    """Whether this is an outreach by message or call."""
    is_clock_mark: bool
    """Whether Rekindle's clock put a time on record with it; such a fact decides nothing itself."""

    @property
    def position(self) -> UUID | None:
        """The position that the fact names."""
        named = self.data.get("position")
        return None if named is None else UUID(str(named))

    @property
    def as_folded(self) -> "FoldFact":
        """Itself."""
        return self

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """The key by which all facts of a pursuit are sorted."""
        return self[:3]

    @property
    def is_close(self) -> bool:
        return self.name in STRONG or self.name in WEAK

    @property
    def is_broadcast(self) -> bool:
        """Whether this is a newsletter or an invitation: a contact that is no touch and begins no attempt."""
        return self.name == "contacted" and self.data.get("kind") in BROADCASTS


ORDER = itemgetter(slice(3))
"""The order of a fact, for who sorts many."""


def fact_of(id: UUID, type: str, time: datetime, data: Mapping[str, Any]) -> FoldFact:
    """A fact from an event's id, type, time (UTC) and data, as JSON values."""
    name, stage, rank = _KNOWN.get(type) or (type.removeprefix(PREFIX), None, _OTHER_RANK)
    is_touch = is_clock_mark = False
    if name == "contacted":
        is_touch = data.get("purpose", "outreach") == "outreach" and data.get("kind") not in BROADCASTS
    elif name == "stage_entered":
        stage = Stage(data["stage"])
        rank = 2 + 2 * stage.order + 1
    elif name == "responded" and data.get("auto"):
        stage, rank = None, _OTHER_RANK
    elif name in WEAK:
        is_clock_mark = bool(data.get("by_clock"))
    return FoldFact(time, rank, id, type, name, stage, data, is_touch, is_clock_mark)


class Touch(NamedTuple):
    """One outreach by message or call."""

    id: UUID
    time: datetime
    channel: str | None
    recruiter: str | None
    sender_role: str | None
    template: str | None


class Message(NamedTuple):
    """A message of the conversation of which it is known how many words it has; ``is_theirs``, or ours."""

    time: datetime
    words: int
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class Close:
    """How an attempt ended. ``event`` is None where the fold derived it: ghosted, or closed with the position."""

    kind: CloseKind
    reason: Reason
    time: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str | None = None
    event: UUID | None = None
    also: Sequence[Mapping[str, Any]] = ()
    """Further reasons with their facts, as they were sent: all must be met."""

    @property
    def is_hard_no(self) -> bool:
        return self.reason.is_hard_no

    @property
    def is_weak(self) -> bool:
        """Whether a later reply or stage lifts it."""
        return self.kind in WEAK


class Placement(NamedTuple):
    """Where a fact landed: the attempt's number and, for a touch, which one it is. Both count from 1."""

    attempt: int
    touch: int | None = None


class Attempt(NamedTuple):
    """A pursuit from its start to its close.

    ``recorded`` has the time of the first fact of each very stage. ``reached`` has those and the implied ones, whose time is that
    of the earliest later stage that is recorded; a decline that is the first response reaches responded. ``stage`` is the
    furthest reached, None where no stage ever was.
    """

    number: int
    origin: Origin
    began_at: datetime
    via: str | None
    recruiter: str | None
    """Recruiter, channel and sender_role are those of the first touch, else of the first fact that has them."""
    channel: str | None
    sender_role: str | None
    recorded: Mapping[Stage, datetime]
    reached: dict[Stage, datetime]
    """In the order of the stages."""
    touches: tuple[Touch, ...]
    messages: tuple[Message, ...]
    first_response_at: datetime | None
    replied_by_touch: int | None
    """How many touches came before the first response."""
    close: Close | None
    """What decides how it ended; None while it is open and where the person was hired."""
    hired_at: datetime | None
    started_at: datetime | None
    left_at: datetime | None
    """When the person left last, unless they were hired again in this attempt."""
    contradiction: bool
    """Whether it holds both a hire and a strong close."""

    @property
    def stage(self) -> Stage | None:
        return next(reversed(self.reached), None)

    @property
    def cohort_at(self) -> datetime:
        """The first touch, or the first fact where there was none."""
        return self.touches[0].time if self.touches else self.began_at

    @property
    def is_hired(self) -> bool:
        return self.hired_at is not None and self.close is None

    @property
    def is_employed(self) -> bool:
        """Whether the person was hired and has not left."""
        return self.is_hired and self.left_at is None

    @property
    def is_open(self) -> bool:
        return self.close is None and self.hired_at is None

    @property
    def is_interested(self) -> bool:
        """Whether it reached interested."""
        return _INTERESTED in self.reached

    @property
    def is_unanswered(self) -> bool:
        """Contacted, and neither a response, a decline nor a later stage came."""
        return self.stage is _CONTACTED

    @property
    def outcome(self) -> Outcome:
        """How it ended or how far it is: exactly one an attempt."""
        if self.close is not None:
            return "hard_no" if self.close.is_hard_no else "soft_no"
        if self.hired_at is not None:
            return "hired"
        if self.is_interested:
            return "in_play"
        return "waiting" if self.is_unanswered else "open"

    @property
    def interest(self) -> Interest:
        """What the person thought of it: exactly one an attempt."""
        if self.is_interested:
            return "interested"
        return "uninterested" if self.close is not None and self.close.kind == "declined" else "unknown"


class Pursuit(NamedTuple):
    """All attempts of a person for a position, in order, and where each fact landed."""

    attempts: tuple[Attempt, ...]
    placed: Sequence[tuple[UUID, Placement]]
    ghost_due: datetime | None
    """When the latest attempt becomes ghosted unless an answer or a stage comes first; None where no touch awaits one."""

    @property
    def placements(self) -> dict[UUID, Placement]:
        """Where each fact landed, by its id."""
        return dict(self.placed)

    @property
    def current(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None
