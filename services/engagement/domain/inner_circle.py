"""The inner circle: those who got away, or whose record says so, with whom we stay in personal contact (product.md, tiers).

A personal word is a message or a call to the person, whatever its purpose; a newsletter or an invitation is none. Whoever had
the last one keeps the contact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.engagement.domain.facts import PersonFact
from shared.attempts import without_retracted
from shared.events import PursuitContacted
from shared.events.vocabulary import BROADCASTS

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InnerPerson:
    """A person of the inner circle. ``recruiter`` had the last personal word with them, at ``last_word_at``; None: nobody."""

    person_id: UUID
    recruiter: str | None
    last_word_at: datetime | None

    def is_owed(self, now: datetime, within: timedelta) -> bool:
        """Whether nobody had a personal word with them for so long."""
        return self.last_word_at is None or self.last_word_at <= now - within

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Their place in the list: who has waited longest comes first."""
        return _NEVER if self.last_word_at is None else self.last_word_at, self.person_id


@dataclass(frozen=True, slots=True)
class Keeper:
    """How many people of the inner circle a recruiter keeps, and to how many a word is owed."""

    recruiter: str | None
    people: int
    owed: int

    def over(self, cap: int) -> int:
        """How many more they keep than a recruiter can; nobody's people have no cap."""
        return 0 if self.recruiter is None else max(0, self.people - cap)


def inner_person(person: UUID, facts: Iterable[PersonFact], now: datetime) -> InnerPerson:
    """Who had the last personal word with a person, and when, by all their facts."""
    words = [
        fact
        for fact in without_retracted(facts)
        if fact.type == PursuitContacted.type and fact.data.get("kind") not in BROADCASTS and fact.time <= now
    ]
    last = max(words, key=lambda fact: (fact.time, fact.id), default=None)
    named = max((one for one in words if one.data.get("recruiter")), key=lambda fact: (fact.time, fact.id), default=None)
    return InnerPerson(
        person,
        None if named is None else str(named.data["recruiter"]),
        None if last is None else last.time,
    )


def keepers(circle: Sequence[InnerPerson], now: datetime, within: timedelta) -> list[Keeper]:
    """The recruiters who keep people of the circle, who keeps most first; those whom nobody keeps come last."""
    of: dict[str | None, list[InnerPerson]] = {}
    for one in circle:
        of.setdefault(one.recruiter, []).append(one)
    found = [Keeper(recruiter, len(kept), sum(one.is_owed(now, within) for one in kept)) for recruiter, kept in of.items()]
    return sorted(found, key=lambda one: (one.recruiter is None, -one.people, one.recruiter or ""))
