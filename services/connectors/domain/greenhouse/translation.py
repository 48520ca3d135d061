"""What a body means: the facts, records, erasures and merges it makes, what it waits for, what it leaves unmapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from services.connectors.domain.greenhouse.body import Body, Job, Named
from services.connectors.domain.greenhouse.closings import SOURCE
from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownFact
from services.connectors.domain.greenhouse.mapping import GreenhouseMapping
from services.connectors.domain.greenhouse.moments import Clock
from services.connectors.domain.intents import Fact, Intent, UnmappedName


class Slot(IntEnum):
    """The numbers that a body's events get in their ids: fixed by what they are, not by what else was known."""

    UNSUBSCRIBED = 1
    ENTERED = 1000
    STAGE = 2000
    OFFERED = 3000
    ENDED = 4000
    TRANSFERRED = 5000
    RETRACTED = 6000


class Outcome(StrEnum):
    """The result of translating a body."""

    APPLIED = "applied"
    WAITING = "waiting"
    NOT_MAPPED = "not_mapped"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A delivery as it came: its first receipt (UTC) and the SHA-256 of its raw body in hexadecimal."""

    body_hash: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Translation:
    """All that a body means, given what is known."""

    outcome: Outcome
    reason: str | None = None
    intents: tuple[Intent, ...] = ()
    remembered: tuple[KnownFact, ...] = ()
    """Facts to remember, because a later body may take them back."""
    retracted: frozenset[str] = frozenset()
    """Ids of remembered facts that this body takes back."""
    unmapped: tuple[UnmappedName, ...] = ()
    may_be_merge: bool = False

    @classmethod
    def nothing(cls, reason: str) -> "Translation":
        """A body that means nothing to Rekindle, and why."""
        return cls(Outcome.NOT_MAPPED, reason)


def reference(external_id: str) -> str:
    """The vendor's id as a reference of ours."""
    return f"{SOURCE}:{external_id}"


@dataclass(slots=True)
class Draft:
    """A translation in the making: collects intents and knows the body, its times and what is known."""

    body: Body
    receipt: Receipt
    knowledge: Knowledge
    mapping: GreenhouseMapping
    zone: ZoneInfo
    clock: Clock = field(init=False)
    intents: list[Intent] = field(default_factory=list)
    remembered: list[KnownFact] = field(default_factory=list)
    retracted: list[str] = field(default_factory=list)
    unmapped: list[UnmappedName] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    waits: bool = False
    may_be_merge: bool = False
    """Whether the body is a deletion that a merge may follow, until when it waits."""
    nothing_new: bool = False
    """Whether the body's meaning is on record already, so that it makes nothing and is applied all the same."""

    def __post_init__(self) -> None:
        self.clock = Clock(self.body, self.receipt.received_at, self.zone)

    @property
    def candidate(self) -> str | None:
        """The reference of the person the body is about, given in it or known."""
        known = self.knowledge.application
        external_id = self.body.candidate or (known.candidate if known else None)
        return reference(external_id) if external_id else None

    @property
    def is_prospect(self) -> bool:
        application, known = self.body.application, self.knowledge.application
        return (
            (application is not None and application.prospect)
            or self.body.action == "new_prospect_application"
            or (application is None and known is not None and known.prospect)
        )

    @property
    def is_old(self) -> bool:
        """Whether a newer body of the application is known."""
        known = self.knowledge.application
        return known is not None and self.clock.observed_at < known.seen_at

    def jobs(self) -> Sequence[Job]:
        """The jobs that the body is about: given in it, or known of its application. None of a candidate's: it waits."""
        jobs = self.body.jobs
        if not jobs and self.body.offer and self.body.offer.job:
            jobs = (Job(self.body.offer.job, {}, None),)
        known = self.knowledge.application
        if not jobs and known is not None:
            jobs = tuple(Job(job, {}, None) for job in known.jobs)
        if not jobs and not self.is_prospect:
            self.waits = True
        return jobs

    def recruiter(self, job: Job | None) -> dict[str, str]:
        """The recruiter's code as data: the application's, else the candidate's, else the job's."""
        body, known = self.body, self.knowledge.application
        user = (
            (body.application.recruiter if body.application else None)
            or (body.person.recruiter if body.person else None)
            or (job.recruiter if job else None)
            or (known.recruiter if known else None)
        )
        code = self.mapping.recruiter(user)
        return {"recruiter": code} if code else {}

    def fact(self, number: int, type_name: str, data: Mapping[str, Any], time: datetime) -> Fact | None:
        """Add a fact of the person; None, and the body waits, as long as nobody said who it is."""
        if self.candidate is None:
            self.waits = True
            return None
        fact = Fact(number, type_name, self.candidate, time, data)
        self.intents.append(fact)
        return fact

    def remember(self, fact: Fact | None, job: str, *, transfer: bool = False, at_receipt: bool = False) -> None:
        """Keep the fact in mind: it may be taken back."""
        if fact is not None:
            self.remembered.append(
                KnownFact(
                    event_id=fact.event_id(self.receipt.body_hash),
                    candidate=fact.candidate,
                    type=fact.type,
                    job=job,
                    time=fact.time,
                    reason=fact.data.get("reason"),
                    via=fact.data.get("via"),
                    at_receipt=at_receipt,
                    transfer=transfer,
                )
            )

    def retract(self, known: KnownFact, time: datetime) -> None:
        """Take back a fact that is known by its id, in the stream that it is in; once, whatever asks for it."""
        if known.event_id in self.retracted:
            return
        number = Slot.RETRACTED + crc32(known.event_id.encode())
        data = {"source": SOURCE, "id": known.event_id}
        self.intents.append(Fact(number, "event.retracted", known.candidate, time, data))
        self.retracted.append(known.event_id)

    def leave_unmapped(self, kind: str, thing: Named, job: str | None) -> None:
        """List a name that the mapping file does not know."""
        name = thing.name or thing.external_id or ""
        self.unmapped.append(UnmappedName(kind, name, thing.external_id, job))
        self.remarks.append(f"the {kind.replace('_', ' ')} {name!r} has no mapping")

    def result(self) -> Translation:
        """The finished translation."""
        outcome = Outcome.APPLIED if self.intents or self.nothing_new else Outcome.NOT_MAPPED
        remarks = list(dict.fromkeys(self.remarks))
        if self.waits and self.body.application_id is None:
            remarks.insert(0, "the application's id is missing or is no number, so that no other body can say whose it is")
        elif self.waits:
            outcome = Outcome.WAITING
            remarks.insert(0, f"nobody said yet whose application {self.body.application_id} is, or for which job")
        if self.may_be_merge:
            outcome = Outcome.WAITING
            remarks.append("a merge sends a deletion too: the candidate is erased in 10 minutes, unless it comes")
        return Translation(
            outcome=outcome,
            reason="; ".join(remarks) or (None if outcome is Outcome.APPLIED else "the body holds nothing that Rekindle keeps"),
            intents=tuple(self.intents),
            remembered=tuple(self.remembered),
            retracted=frozenset(self.retracted),
            unmapped=tuple(self.unmapped),
            may_be_merge=self.may_be_merge,
        )
