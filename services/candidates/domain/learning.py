"""What Rekindle learns of a person from events: last contact, last response, market status.

From product.md: market status is "passive, open, active, unavailable"; 70 % of employed people are passive. The rules
are modest, each from what a fact says by itself:

| fact | says |
|---|---|
| applied; signal laid_off | active |
| interested, screened, interview scheduled, interviewed, offered, offer accepted; responded in a positive mood | open |
| signal project_ended | open |
| hired, started; declined for timing, accepted_elsewhere or counter_offer; signals new_job, promoted | passive |
| a close or a hard no for career_change or permanently_unavailable | unavailable |

The latest fact decides, but a fact that says open never lowers active, which only passive or unavailable ends. Facts
that were retracted count for nothing, whichever came first; neither do automatic replies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.attempts.model import FoldFact, fact_of
from shared.attempts.retractions import without_retracted
from shared.events.vocabulary import MarketStatus

CONTACTED = "rekindle.pursuit.contacted"
RESPONDED = "rekindle.pursuit.responded"
RETRACTED = "rekindle.event.retracted"
SIGNAL = "rekindle.candidate.signal_observed"
DECLINED = "rekindle.pursuit.declined"
INTERVIEW_SCHEDULED = "rekindle.pursuit.interview_scheduled"
STARTED = "rekindle.pursuit.started"

_CLOSES = (DECLINED, "rekindle.pursuit.rejected", "rekindle.pursuit.withdrawn", "rekindle.candidate.hard_no_set")
_UNAVAILABLE = ("career_change", "permanently_unavailable")

_BY_TYPE = {
    "rekindle.pursuit.applied": MarketStatus.ACTIVE,
    "rekindle.pursuit.interested": MarketStatus.OPEN,
    "rekindle.pursuit.screened": MarketStatus.OPEN,
    INTERVIEW_SCHEDULED: MarketStatus.OPEN,
    "rekindle.pursuit.interviewed": MarketStatus.OPEN,
    "rekindle.pursuit.offered": MarketStatus.OPEN,
    "rekindle.pursuit.offer_accepted": MarketStatus.OPEN,
    "rekindle.pursuit.hired": MarketStatus.PASSIVE,
    STARTED: MarketStatus.PASSIVE,
}
_BY_DETAIL = {
    (RESPONDED, "positive"): MarketStatus.OPEN,
    (SIGNAL, "laid_off"): MarketStatus.ACTIVE,
    (SIGNAL, "project_ended"): MarketStatus.OPEN,
    (SIGNAL, "new_job"): MarketStatus.PASSIVE,
    (SIGNAL, "promoted"): MarketStatus.PASSIVE,
    **{(DECLINED, reason): MarketStatus.PASSIVE for reason in ("timing", "accepted_elsewhere", "counter_offer")},
    **{(close, reason): MarketStatus.UNAVAILABLE for close in _CLOSES for reason in _UNAVAILABLE},
}
_DETAIL_FIELDS = ("mood", "signal", "reason")
_KEPT_FIELDS = ("position", *_DETAIL_FIELDS, "purpose", "kind", "auto", "stage", "by_clock", "event", "type", "whole")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of an event to learn from it. ``time`` is when it happened, in UTC."""

    id: UUID
    """The event's."""
    type: str
    time: datetime
    data: Mapping[str, Any]
    """Of the event's data what is learned from, and what says which facts a retraction takes out."""

    @property
    def position(self) -> UUID | None:
        """The position that the fact names."""
        named = self.data.get("position")
        return None if named is None else UUID(str(named))

    @property
    def market_status(self) -> MarketStatus | None:
        """What the fact says of the person's market status; an automatic reply says nothing."""
        if self.data.get("auto"):
            return None
        detail = next((str(self.data[name]) for name in _DETAIL_FIELDS if self.data.get(name) is not None), "")
        return _BY_TYPE.get(self.type) or _BY_DETAIL.get((self.type, detail))

    @property
    def as_folded(self) -> FoldFact:
        """The evidence as the fold takes it."""
        return fact_of(self.id, self.type, self.time, self.data)

    @property
    def teaches(self) -> bool:
        """Whether what is learned may change with it."""
        return self.type in {CONTACTED, RESPONDED, RETRACTED} or self.market_status is not None


def evidence_of(id: UUID, type: str, time: datetime, data: Mapping[str, Any]) -> Evidence | None:
    """The evidence in an event's public data; None of an event that never matters.

    A stage or a close matters even where it teaches nothing: it ends the run of facts that a retraction takes out.
    """
    found = Evidence(id, type, time, {name: data[name] for name in _KEPT_FIELDS if data.get(name) is not None})
    if found.teaches:
        return found
    fact = fact_of(id, type, time, data)
    return found if fact.is_close or fact.stage is not None else None


@dataclass(frozen=True, slots=True)
class Learned:
    """The latest time of each thing that was learned. All times in UTC; None is never."""

    last_contact_at: datetime | None = None
    last_response_at: datetime | None = None
    active_at: datetime | None = None
    open_at: datetime | None = None
    passive_at: datetime | None = None
    unavailable_at: datetime | None = None

    @property
    def market_status(self) -> tuple[MarketStatus, datetime] | None:
        """The status that follows and since when; None where no fact says anything."""
        ends = ((self.passive_at, MarketStatus.PASSIVE), (self.unavailable_at, MarketStatus.UNAVAILABLE))
        end = max(((at, status) for at, status in ends if at is not None), default=None)
        for at, status in ((self.active_at, MarketStatus.ACTIVE), (self.open_at, MarketStatus.OPEN)):
            if at is not None and (end is None or at > end[0]):
                return status, at
        return (end[1], end[0]) if end else None


NOTHING = Learned()
_FIELDS = ("last_contact_at", "last_response_at", "active_at", "open_at", "passive_at", "unavailable_at")


def together(learned: Iterable[Learned]) -> Learned:
    """What is learned of a person whose streams these are."""
    known = list(learned)
    if len(known) == 1:
        return known[0]
    return Learned(
        **{name: max((at for one in known if (at := getattr(one, name)) is not None), default=None) for name in _FIELDS}
    )


def learn(evidence: Iterable[Evidence]) -> Learned:
    """What follows from all the evidence of a stream, in whatever order it is given."""
    latest: dict[str, datetime] = {}
    for fact in without_retracted(evidence):
        names = []
        if fact.type == CONTACTED:
            names.append("last_contact_at")
        if fact.type == RESPONDED and not fact.data.get("auto"):
            names.append("last_response_at")
        if fact.market_status is not None:
            names.append(f"{fact.market_status}_at")
        for name in names:
            latest[name] = max(latest.get(name, fact.time), fact.time)
    return Learned(**latest)
