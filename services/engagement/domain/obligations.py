"""What we owe a person: replies, feedback, what we promised. product.md, "What we owe people". Pure.

Facts make an obligation and facts settle it, whatever the order of their arrival. Nothing is owed after do_not_contact: what was
not met by then is withdrawn.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from uuid import UUID

from services.engagement.domain.business_time import BusinessTime
from services.engagement.domain.facts import PersonFact
from shared.attempts import Attempt, Placement, Pursuit, hard_nos, without_retracted
from shared.events import (
    CandidateFollowupPromised,
    PursuitApplied,
    PursuitContacted,
    PursuitFeedbackGiven,
    PursuitInterviewed,
    PursuitRejected,
    PursuitResponded,
)
from shared.events.vocabulary import ObligationKind, Reason, Stage
from shared.ids import derived_id
from shared.timestamps import read_moment


class ObligationStatus(StrEnum):
    """Where an obligation stands. One that is withdrawn is none any more."""

    OPEN = "open"
    WARNED = "warned"
    OVERDUE = "overdue"
    MET = "met"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class ObligationPolicy:
    """How long we may take; the defaults are product.md's."""

    business: BusinessTime = field(default_factory=BusinessTime)
    reply_after: timedelta = timedelta(hours=24)
    """Business time, as the next one."""
    warn_after: timedelta = timedelta(hours=12)
    feedback_days: int = 5
    """Business days."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A recruiter's decision that nothing is owed; its reason is kept where it was given."""

    recruiter: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that is owed. ``stream`` is that of the fact ``made_by``, which made it at ``made_at``.

    ``warn_at`` is None where nobody is warned; ``met_at`` is when it was met; ``waiver`` holds unless it was met before.
    """

    id: UUID
    person_id: UUID
    stream: UUID
    kind: ObligationKind
    position_id: UUID | None
    recruiter: str | None
    made_by: UUID
    made_at: datetime
    warn_at: datetime | None
    due_at: datetime
    met_at: datetime | None = None
    waiver: Waiver | None = None

    def status(self, now: datetime) -> ObligationStatus:
        """Where it stands at a moment."""
        if self.met_at is not None:
            return ObligationStatus.MET
        if self.waiver is not None:
            return ObligationStatus.WAIVED
        if self.due_at <= now:
            return ObligationStatus.OVERDUE
        return ObligationStatus.OPEN if self.warn_at is None or now < self.warn_at else ObligationStatus.WARNED

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is overdue at a moment."""
        return self.status(now) is ObligationStatus.OVERDUE

    def clock_at(self, now: datetime) -> datetime | None:
        """When time alone changes its status next, as seen from a moment; None where it never does."""
        status = self.status(now)
        if status is ObligationStatus.OPEN:
            return self.due_at if self.warn_at is None else self.warn_at
        return self.due_at if status is ObligationStatus.WARNED else None


def obligation_id(made_by: UUID, kind: ObligationKind) -> UUID:
    """The id of what a fact makes us owe; it stays the same whoever the person is."""
    return derived_id(f"obligation:{kind}:{made_by}")


_MAKERS = {
    PursuitResponded.type: ObligationKind.REPLY,
    PursuitApplied.type: ObligationKind.REPLY,
    PursuitInterviewed.type: ObligationKind.FEEDBACK,
    PursuitRejected.type: ObligationKind.FEEDBACK,
    CandidateFollowupPromised.type: ObligationKind.PROMISE,
}


def obligations_of(
    person: UUID,
    facts: Sequence[PersonFact],
    pursuits: Mapping[UUID, Pursuit],
    waivers: Mapping[UUID, Waiver],
    policy: ObligationPolicy,
) -> tuple[Obligation, ...]:
    """Everything that is owed to a person, or was, by when it was made. ``waivers`` are by obligation."""
    if not any(fact.type in _MAKERS for fact in facts):
        return ()
    ledger = _Ledger(without_retracted(facts), pursuits)
    ends = _do_not_contact(facts)
    made = (_made(person, fact, ledger, waivers, policy) for fact in ledger.facts)
    return tuple(one for one in made if one is not None and not _ended(one, ends))


def _ended(one: Obligation, do_not_contact: datetime | None) -> bool:
    """Whether it was not met by the time from which nothing is owed any more."""
    if do_not_contact is None:
        return False
    return one.met_at is None or one.met_at > do_not_contact or one.made_at >= do_not_contact


def _do_not_contact(facts: Sequence[PersonFact]) -> datetime | None:
    if not any(fact.data.get("reason") == Reason.DO_NOT_CONTACT for fact in facts):
        return None
    return hard_nos(facts).get(Reason.DO_NOT_CONTACT)


class _Ledger:
    """The valid facts of a person, oldest first, with what obligations ask of them."""

    def __init__(self, facts: Sequence[PersonFact], pursuits: Mapping[UUID, Pursuit]) -> None:
        self.facts = facts
        self._pursuits = pursuits
        self._placements: dict[UUID, Mapping[UUID, Placement]] = {}
        self._contacts: list[datetime] = []
        self._by: list[tuple[datetime, str]] = []
        self._feedback: dict[UUID | None, list[datetime]] = defaultdict(list)
        for fact in facts:
            if fact.type == PursuitContacted.type:
                self._contacts.append(fact.time)
                if (recruiter := fact.data.get("recruiter")) is not None:
                    self._by.append((fact.time, recruiter))
            elif fact.type == PursuitFeedbackGiven.type:
                self._feedback[fact.position].append(fact.time)

    def contacted_after(self, fact: PersonFact) -> datetime | None:
        """The first contact of any kind that is later."""
        first = bisect_right(self._contacts, fact.time)
        return self._contacts[first] if first < len(self._contacts) else None

    def feedback_after(self, fact: PersonFact) -> datetime | None:
        """The first feedback about the same position that is not earlier: a letter may reject and explain at once."""
        given = self._feedback.get(fact.position, [])
        first = bisect_left(given, fact.time)
        return given[first] if first < len(given) else None

    def recruiter_of(self, fact: PersonFact) -> str | None:
        """Whose it is: the fact's recruiter, else the attempt's, else that of the last contact until then."""
        named: str | None = fact.data.get("recruiter")
        if named is None and (attempt := self._attempt_of(fact)) is not None:
            named = attempt.recruiter
        if named is None and (before := bisect_right(self._by, fact.time, key=itemgetter(0))):
            named = self._by[before - 1][1]
        return named

    def has_heard_from(self, rejection: PersonFact) -> bool:
        """Whether who was rejected had applied, or had answered us, in that attempt."""
        attempt = self._attempt_of(rejection)
        if attempt is None:
            return False
        answered = attempt.reached.get(Stage.RESPONDED)
        return attempt.origin == "inbound" or (answered is not None and answered <= rejection.time)

    def _attempt_of(self, fact: PersonFact) -> Attempt | None:
        """The attempt that a fact is of."""
        pursuit = None if fact.position is None else self._pursuits.get(fact.position)
        if fact.position is None or pursuit is None:
            return None
        if fact.position not in self._placements:
            self._placements[fact.position] = pursuit.placements
        placed = self._placements[fact.position].get(fact.id)
        return None if placed is None else pursuit.attempts[placed.attempt - 1]


def _made(
    person: UUID, fact: PersonFact, ledger: _Ledger, waivers: Mapping[UUID, Waiver], policy: ObligationPolicy
) -> Obligation | None:
    """What one fact makes us owe, if anything."""
    kind = _MAKERS.get(fact.type)
    if kind is None or fact.data.get("auto") or (fact.type == PursuitRejected.type and not ledger.has_heard_from(fact)):
        return None
    warn_at, due_at = _times(kind, fact, policy)
    met_at = ledger.feedback_after(fact) if kind is ObligationKind.FEEDBACK else ledger.contacted_after(fact)
    own = obligation_id(fact.id, kind)
    waiver = waivers.get(own)
    return Obligation(
        id=own,
        person_id=person,
        stream=fact.stream,
        kind=kind,
        position_id=fact.position,
        recruiter=ledger.recruiter_of(fact),
        made_by=fact.id,
        made_at=fact.time,
        warn_at=warn_at,
        due_at=due_at,
        met_at=met_at if waiver is None or met_at is None or met_at <= waiver.at else None,
        waiver=waiver if waiver is not None and (met_at is None or waiver.at < met_at) else None,
    )


def _times(kind: ObligationKind, fact: PersonFact, policy: ObligationPolicy) -> tuple[datetime | None, datetime]:
    """When to warn, and when it is due."""
    business = policy.business
    if kind is ObligationKind.REPLY:
        return business.after(fact.time, policy.warn_after), business.after(fact.time, policy.reply_after)
    if kind is ObligationKind.FEEDBACK:
        return None, business.after(fact.time, policy.feedback_days * business.day)
    return None, read_moment(fact.data["due_at"])
