"""What the attempt fold (``shared.attempts``) takes and gives: facts, touches, closes, attempts, pursuits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.events.vocabulary import ContactKind, Reason, Stage

Origin = Literal["inbound", "outbound"]
Outcome = Literal["hired", "hard_no", "soft_no", "in_play", "waiting", "open"]
Interest = Literal["interested", "uninterested", "unknown"]
CloseKind = Literal["declined", "rejected", "withdrawn", "ghosted", "no_show", "position_closed"]

PREFIX = "rekindle.pursuit."
STRONG: dict[str, CloseKind] = {"declined": "declined", "rejected": "rejected", "withdrawn": "withdrawn"}
"""Closes by the name of their fact."""
WEAK: dict[str, CloseKind] = {"ghosted": "ghosted", "no_show": "no_show", "position_closed": "position_closed"}
"""Closes that a later reply or stage lifts."""

_STAGE_OF: dict[str, Stage] = {stage.value: stage for stage in Stage} | {
    "applied": Stage.INTERESTED,
    "screened": Stage.SCREENING,
    "interviewed": Stage.INTERVIEWING,
    "offer_accepted": Stage.OFFERED,
}
_BROADCASTS = frozenset({ContactKind.NEWSLETTER, ContactKind.EVENT_INVITE})

# At equal times: sourced, applied, then two ranks a stage, the facts of its name and stage_entered; other facts; closes.
_OTHER_RANK = 2 + 2 * len(Stage)
_RANK_OF: dict[str, int] = (
    {name: 2 + 2 * stage.order for name, stage in _STAGE_OF.items()}
    | {"sourced": 0, "applied": 1}
    | dict.fromkeys([*STRONG, *WEAK], _OTHER_RANK + 1)
)


@dataclass(frozen=True, slots=True)
class FoldFact:
    """A fact as the fold sees it. ``name`` is the type's last word for a pursuit's facts, else the whole type."""

    id: UUID
    type: str
    name: str
    time: datetime
    stage: Stage | None
    """The stage that the fact reaches, if any."""
    data: Mapping[str, Any]
    rank: int
    """Which facts come first at equal times: the lower."""

    @property
    def position(self) -> UUID | None:
        """The position that the fact names."""
        named = self.data.get("position")
        return None if named is None else UUID(str(named))

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """The key by which all facts of a pursuit are sorted."""
        return self.time, self.rank, self.id

    @property
    def is_close(self) -> bool:
        return self.name in STRONG or self.name in WEAK

    @property
    def is_clock_mark(self) -> bool:
        """Whether Rekindle's clock put a time on record with it; such a fact decides nothing itself."""
        return self.name in WEAK and bool(self.data.get("by_clock"))

    @property
    def is_broadcast(self) -> bool:
        """Whether this is a newsletter or an invitation: a contact that is no touch and begins no attempt."""
        return self.name == "contacted" and self.data.get("kind") in _BROADCASTS

    @property
    def is_touch(self) -> bool:
        """Whether this is an outreach by message or call."""
        return self.name == "contacted" and self.data.get("purpose", "outreach") == "outreach" and not self.is_broadcast


def fact_of(id: UUID, type: str, time: datetime, data: Mapping[str, Any]) -> FoldFact:
    """A fact from an event's id, type, time (UTC) and data, as JSON values."""
    name = type.removeprefix(PREFIX)
    if name == "stage_entered":
        stage = Stage(data["stage"])
        return FoldFact(id, type, name, time, stage, data, 2 + 2 * stage.order + 1)
    if name == "responded" and data.get("auto"):
        return FoldFact(id, type, name, time, None, data, _OTHER_RANK)
    return FoldFact(id, type, name, time, _STAGE_OF.get(name), data, _RANK_OF.get(name, _OTHER_RANK))


@dataclass(frozen=True, slots=True)
class Touch:
    """One outreach by message or call."""

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
        return self.kind in WEAK


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fact landed: the attempt's number and, for a touch, which one it is. Both count from 1."""

    attempt: int
    touch: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
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
    reached: Mapping[Stage, datetime]
    touches: tuple[Touch, ...]
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
        """Whether it reached interested."""
        return Stage.INTERESTED in self.reached

    @property
    def is_unanswered(self) -> bool:
        """Contacted, and neither a response, a decline nor a later stage came."""
        return self.stage is Stage.CONTACTED

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


@dataclass(frozen=True, slots=True)
class Pursuit:
    """All attempts of a person for a position, in order, and where each fact landed."""

    attempts: tuple[Attempt, ...]
    placements: Mapping[UUID, Placement]
    ghost_due: datetime | None
    """When the latest attempt becomes ghosted unless an answer or a stage comes first; None where no touch awaits one."""

    @property
    def current(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None
