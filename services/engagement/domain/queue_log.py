"""What recruiters did in the queue, and what that means for the plans of a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.engagement.domain.return_policy import ReturnPolicy
from shared.events.vocabulary import QueueOutcome, Reason


class Action(StrEnum):
    """A kind of line in the queue log."""

    FELL_DUE = "fell_due"
    CLAIMED = "claimed"
    RENEWED = "renewed"
    COMPLETED = "completed"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    RESTORED = "restored"


HOLDING = frozenset({Action.CLAIMED, Action.RENEWED})
"""What gives or lengthens a lease; any other action on a leased item ends it, until that is taken back by RESTORED."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with an item, without whose item it was. ``note`` is free text."""

    action: Action
    outcome: QueueOutcome | None = None
    until: datetime | None = None
    note: str | None = None

    def is_again(self, other: "Done") -> bool:
        """Whether the other is the same again. The note of an erased person is gone: any is the same."""
        is_same_note = self.note is None or self.note == other.note
        return (self.action, self.outcome, self.until) == (other.action, other.outcome, other.until) and is_same_note


@dataclass(frozen=True, slots=True)
class Brought:
    """A position that brought a person back, and the reason of the no that it met."""

    position_id: UUID
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One line of the queue log. ``stream`` is the person at that time, ``number`` counts the lines of all.

    ``newest_close`` is the time of the newest close that the item was about when it was claimed: what a recruiter does with an
    item concerns these closes and older ones, never a no that came while they were at it.
    """

    stream: UUID
    number: int
    action: Action
    at: datetime
    recruiter: str | None = None
    lease: UUID | None = None
    lease_expires_at: datetime | None = None
    newest_close: datetime | None = None
    outcome: QueueOutcome | None = None
    until: datetime | None = None
    due_at: datetime | None = None
    dismissed: Sequence[UUID] = ()
    """The positions that were dismissed with the item."""
    brought_by: Sequence[Brought] = ()
    """The positions that were reasons of the item when it was claimed."""
    owed: Sequence[UUID] = ()
    """The overdue obligations that were reasons of the item then."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A recruiter's hold on an item, over by time alone."""

    id: UUID
    recruiter: str
    expires_at: datetime
    newest_close: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether the item is the recruiter's now."""
        return now < self.expires_at


@dataclass(frozen=True, slots=True)
class Claim:
    """What a recruiter who holds an item took it for.

    ``brought_by`` are the positions that had brought the person back by then, ``owed`` the obligations that were overdue.
    """

    at: datetime
    brought_by: tuple[Brought, ...]
    owed: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class PutOff:
    """Plans of closes up to ``newest_close`` wait until a time; news after ``at`` ends the wait."""

    newest_close: datetime
    until: datetime
    at: datetime
    is_snooze: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """An overdue obligation is no reason ``until`` a time; never again where that is None."""

    until: datetime | None
    is_snooze: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """At a time a recruiter was done with the plans that were due then, of closes up to ``newest_close``."""

    newest_close: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """What the log says of a person's item."""

    endings: tuple[Ending, ...] = ()
    put_offs: tuple[PutOff, ...] = ()
    """In the order of the log: of those that concern a plan, the last holds."""
    lease: Lease | None = None
    claim: Claim | None = None
    """That of the lease."""
    announced: datetime | None = None
    """The due time that was last announced to subscribers."""
    dismissed: frozenset[UUID] = frozenset()
    """Positions that are no reason for the person again."""
    owed: Mapping[UUID, Wait] = field(default_factory=dict)
    """What was last done with overdue obligations."""

    def is_over(self, closed_at: datetime, since: datetime, due_at: datetime) -> bool:
        """Whether a recruiter was done, later than ``since``, with a plan of a close that was due then."""
        return any(closed_at <= end.newest_close and end.at > since and end.at >= due_at for end in self.endings)

    def put_off(self, closed_at: datetime) -> PutOff | None:
        """The wait that holds for the plan of a close."""
        return next((put_off for put_off in reversed(self.put_offs) if closed_at <= put_off.newest_close), None)


def handled(entries: Iterable[QueueEntry], policy: ReturnPolicy) -> Handled:
    """Read the log of a person; the order given does not matter."""
    endings: list[Ending] = []
    put_offs: list[PutOff] = []
    lease: Lease | None = None
    claim: Claim | None = None
    announced: datetime | None = None
    dismissed: set[UUID] = set()
    owed: dict[UUID, Wait] = {}
    for entry in _standing(entries):
        dismissed.update(entry.dismissed)
        if entry.action is Action.FELL_DUE:
            announced = entry.due_at
        elif entry.action is Action.CLAIMED:
            lease, claim = _lease(entry), Claim(entry.at, tuple(entry.brought_by), tuple(entry.owed))
        elif entry.action is Action.RENEWED:
            if lease is not None and lease.id == entry.lease and entry.lease_expires_at is not None:
                lease = replace(lease, expires_at=entry.lease_expires_at)
        else:
            about = entry.owed if claim is None or entry.lease is None else claim.owed
            lease = claim = None
            until = _until(entry, policy)
            owed |= dict.fromkeys(about, Wait(until, entry.action is Action.SNOOZED))
            if entry.newest_close is None:
                continue
            if until is None:
                endings.append(Ending(entry.newest_close, entry.at))
            else:
                put_offs.append(PutOff(entry.newest_close, until, entry.at, entry.action is Action.SNOOZED))
    return Handled(tuple(endings), tuple(put_offs), lease, claim, announced, frozenset(dismissed), owed)


def _standing(entries: Iterable[QueueEntry]) -> list[QueueEntry]:
    """The lines in their order, without those that were taken back, and without what fell due because of them."""
    standing: list[QueueEntry] = []
    for entry in sorted(entries, key=lambda entry: entry.number):
        if entry.action is Action.RESTORED:
            undone = [one.number for one in standing if one.lease == entry.lease and one.action not in HOLDING]
            standing = [
                one
                for one in standing
                if one.number not in undone and not (undone and one.action is Action.FELL_DUE and one.number > undone[0])
            ]
        else:
            standing.append(entry)
    return standing


def _lease(entry: QueueEntry) -> Lease | None:
    if entry.lease is None or entry.recruiter is None or entry.lease_expires_at is None:
        return None
    return Lease(entry.lease, entry.recruiter, entry.lease_expires_at, entry.newest_close)


def _until(entry: QueueEntry, policy: ReturnPolicy) -> datetime | None:
    """Until when the entry puts the plans off; None where it is done with them."""
    if entry.action is Action.SNOOZED:
        return entry.until
    if entry.outcome is QueueOutcome.WRONG_TIME:
        return entry.at + policy.wrong_time
    if entry.outcome is QueueOutcome.NOT_REACHABLE:
        return entry.at + policy.not_reachable
    return None
