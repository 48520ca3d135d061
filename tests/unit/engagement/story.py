"""A person's story for tests of the queue: facts and queue entries told one a line, and the item that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid5

from services.engagement.domain.derive import Derived, Person, Policy, derive
from services.engagement.domain.facts import PersonFact
from services.engagement.domain.gained import NOTHING_GAINED, Gained
from services.engagement.domain.obligations import Waiver
from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, QueueEntry
from services.engagement.domain.return_plans import PlanRow
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import GHOST_AFTER
from shared.events.vocabulary import QueueOutcome, Tier
from shared.ids import NAMESPACE, position_id

ADA = UUID(int=1)
LEASE = UUID(int=99)
A, B, C = "ats:a", "ats:b", "ats:c"


def day(text: str) -> datetime:
    """Noon in UTC of an ISO date, or the time itself where one is given."""
    moment = datetime.fromisoformat(text)
    return moment.replace(hour=12, tzinfo=UTC) if len(text) == 10 else moment.replace(tzinfo=UTC)


@dataclass
class Story:
    """What happened to a person, in any order."""

    person: UUID = ADA
    facts: list[PersonFact] = field(default_factory=list)
    entries: list[QueueEntry] = field(default_factory=list)
    closings: dict[UUID, Sequence[datetime]] = field(default_factory=dict)
    waivers: dict[UUID, Waiver] = field(default_factory=dict)
    gained: Gained = NOTHING_GAINED
    tier: Tier | None = None

    def fact(self, kind: str, on: str, position: str | None = None, /, *, stream: UUID | None = None, **data: Any) -> Self:
        """Add a fact; ``kind`` is its type without the leading ``rekindle.``."""
        where = None if position is None else position_id(position)
        if where is not None:
            data["position"] = str(where)
        number = len(self.facts)
        self.facts.append(PersonFact(stream or self.person, event_of(number), f"rekindle.{kind}", day(on), where, data))
        return self

    def pursuit(self, kind: str, on: str, position: str = A, /, **data: Any) -> Self:
        """Add a fact of a pursuit."""
        if kind == "contacted":
            data.setdefault("channel", "email")
        return self.fact(f"pursuit.{kind}", on, position, **data)

    def declined(self, on: str, reason: str, position: str = A, facts: Mapping[str, Any] | None = None) -> Self:
        """Contacted the day before, and declined."""
        before = (day(on) - timedelta(days=1)).date().isoformat()
        self.pursuit("contacted", before, position)
        return self.pursuit("declined", on, position, reason=reason, facts=dict(facts or {}))

    def claimed(self, on: str, *, minutes: int = 15, lease: UUID = LEASE) -> Self:
        """A recruiter claims the item as it is."""
        item = self.item()
        at = day(on)
        return self._entry(
            Action.CLAIMED,
            at,
            lease=lease,
            lease_expires_at=at + timedelta(minutes=minutes),
            newest_close=None if item is None else item.newest_close,
        )

    def done(self, on: str, outcome: str | None = None, *, until: str | None = None, action: Action = Action.COMPLETED) -> Self:
        """The recruiter who claimed last is done with the item."""
        return self._entry(
            Action.SNOOZED if until is not None else action,
            day(on),
            lease=self.entries[-1].lease,
            newest_close=self.entries[-1].newest_close,
            outcome=None if outcome is None else QueueOutcome(outcome),
            until=None if until is None else day(until),
        )

    def restored(self, on: str) -> Self:
        """The recruiter takes back what they have just done."""
        done = self.entries[-1]
        return self._entry(Action.RESTORED, day(on), lease=done.lease, newest_close=done.newest_close)

    def _entry(self, action: Action, at: datetime, **what: Any) -> Self:
        number = len(self.entries) + 1
        self.entries.append(QueueEntry(stream=self.person, number=number, action=action, at=at, recruiter="maria", **what))
        return self

    def derived(self, policy: ReturnPolicy | None = None, *, now: str = "2000-01-01") -> Derived:
        """What all this amounts to; no time passes beyond the last fact, unless ``now`` is later."""
        person = Person(
            self.person, self.facts, self.closings, self.entries, waivers=self.waivers, tier=self.tier, gained=self.gained
        )
        return derive(person, Policy(policy or ReturnPolicy(), GHOST_AFTER), now=day(now))

    def item(self, policy: ReturnPolicy | None = None, *, now: str = "2000-01-01") -> QueueItem | None:
        """The item that all this makes."""
        return self.derived(policy, now=now).item

    @property
    def plans(self) -> Sequence[PlanRow]:
        """The return plans that all this makes."""
        return self.derived().plans

    def live(self) -> QueueItem:
        """The item, which must be live."""
        item = self.item()
        assert item is not None
        assert item.presence == "live", item
        return item

    @property
    def is_out(self) -> bool:
        """Whether the queue shows nothing of the person."""
        item = self.item()
        return item is None or item.presence != "live"


def event_of(number: int) -> UUID:
    """The bus id of the fact that was told as the ``number``-th, from 0."""
    return uuid5(NAMESPACE, f"story {number}")
