"""What a person's history says that decides about coming back: attempts, contacts, replies and news."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.engagement.domain.facts import PersonFact
from shared.attempts import Attempt, Close, Pursuit, fold, without_retracted
from shared.events import (
    CandidateSignalObserved,
    PursuitApplied,
    PursuitContacted,
    PursuitInterested,
    PursuitInterviewed,
    PursuitResponded,
)
from shared.events.vocabulary import BROADCASTS, Purpose, Signal

_SIGNS_OF_LIFE = frozenset({PursuitResponded.type, PursuitApplied.type, PursuitInterested.type, PursuitInterviewed.type})


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed attempt of a pursuit."""

    position_id: UUID
    attempt: Attempt
    close: Close


@dataclass(frozen=True, slots=True)
class History:
    """A person's attempts by position, and the times that matter, each list oldest first."""

    pursuits: Mapping[UUID, Pursuit]
    facts_of: Mapping[UUID, Sequence[PersonFact]]
    closings: Mapping[UUID, Sequence[datetime]]
    outreach: Sequence[datetime]
    last_touch_by: str | None
    """Who made the last outreach, where that is known."""
    answers: Sequence[datetime]
    """When we wrote last, be it an outreach or a reply to theirs."""
    replies: Sequence[tuple[datetime, UUID | None]]
    """With the position that each named."""
    applications: Sequence[datetime]
    signals: Sequence[tuple[datetime, Signal]]
    signs_of_life: Sequence[datetime]
    last_fact_at: Mapping[UUID, datetime]
    """When something last happened in each pursuit; what the clock puts on record is nothing that happened."""

    def attempts(self) -> Iterator[Attempt]:
        """All attempts of all pursuits."""
        for pursuit in self.pursuits.values():
            yield from pursuit.attempts

    def closes(self) -> Iterator[Close]:
        """All closes of all attempts."""
        return (attempt.close for attempt in self.attempts() if attempt.close is not None)

    def held_back(self, idle_after: timedelta) -> tuple[datetime, UUID] | None:
        """Until when an attempt that is open at interested or later holds the person back, if nothing more happens in it.

        With the position of the one that holds them longest. None: no attempt does.
        """
        in_play = {
            position
            for position, pursuit in self.pursuits.items()
            if pursuit.current is not None and pursuit.current.is_open and pursuit.current.is_interested
        }
        return max(((self.last_fact_at[position] + idle_after, position) for position in in_play), default=None)

    @property
    def open_positions(self) -> frozenset[UUID]:
        """Positions for which an attempt is open."""
        return frozenset(position for position, pursuit in self.pursuits.items() if pursuit.current and pursuit.current.is_open)

    @property
    def hired_at(self) -> datetime | None:
        """When the person was last hired."""
        return max((hired.hired_at for hired in self._hires() if hired.hired_at is not None), default=None)

    @property
    def is_hired(self) -> bool:
        """Whether the person was hired and has not left."""
        return any(attempt.is_employed for attempt in self.attempts())

    def _hires(self) -> Iterator[Attempt]:
        return (attempt for attempt in self.attempts() if attempt.is_hired)

    @property
    def last_no(self) -> datetime | None:
        """When anybody last said no, in whichever pursuit; silence is no answer."""
        return max((close.time for close in self.closes() if not close.is_weak), default=None)

    def contacted_since(self, moment: datetime, due_at: datetime) -> bool:
        """Whether an outreach came later, when something was due."""
        return bool(self.outreach) and self.outreach[-1] > moment and self.outreach[-1] >= due_at

    def unanswered(self) -> Iterator[tuple[datetime, UUID | None]]:
        """The replies that we have not answered."""
        answered = max([*self.outreach[-1:], *self.answers[-1:]], default=None)
        return (reply for reply in self.replies if answered is None or reply[0] > answered)

    def ghosted_in_a_row(self, position: UUID, at: datetime) -> int:
        """How many pursuits up to this one were ghosted one after the other, with neither a sign of life nor a no between."""
        ghosted = {(close.time, where) for where, close in self._closes_by_position() if close.kind == "ghosted"}
        breaks = [close.time for close in self.closes() if not close.is_weak and close.time < at]
        lived = self.signs_of_life[: bisect_right(self.signs_of_life, at)]
        since = max([*breaks, *lived[-1:]], default=None)
        in_row = {one for one in ghosted if one <= (at, position) and (since is None or one[0] > since)}
        return len(in_row | {(at, position)})

    def _closes_by_position(self) -> Iterator[tuple[UUID, Close]]:
        for position, pursuit in self.pursuits.items():
            for attempt in pursuit.attempts:
                if attempt.close is not None:
                    yield position, attempt.close


def history_of(
    facts: Iterable[PersonFact],
    facts_of: Mapping[UUID, Sequence[PersonFact]],
    pursuits: Mapping[UUID, Pursuit],
    closings: Mapping[UUID, Sequence[datetime]],
) -> History:
    """What follows from all facts of a person, those of each position, and the pursuits that they fold into."""
    valid = without_retracted(facts)
    contacts = [fact for fact in valid if fact.type == PursuitContacted.type]
    outreach = [fact for fact in contacts if _is_outreach(fact)]
    by_hand = [fact for fact in valid if not fact.data.get("auto")]
    return History(
        pursuits=pursuits,
        facts_of=facts_of,
        closings=closings,
        outreach=[fact.time for fact in outreach],
        last_touch_by=outreach[-1].data.get("recruiter") if outreach else None,
        answers=[fact.time for fact in contacts if _purpose(fact) is Purpose.REPLY],
        replies=[(fact.time, fact.position) for fact in by_hand if fact.type == PursuitResponded.type],
        applications=[fact.time for fact in valid if fact.type == PursuitApplied.type],
        signals=[(fact.time, Signal(fact.data["signal"])) for fact in valid if fact.type == CandidateSignalObserved.type],
        signs_of_life=[fact.time for fact in by_hand if fact.type in _SIGNS_OF_LIFE],
        last_fact_at={fact.position: fact.time for fact in valid if fact.position is not None and "by_clock" not in fact.data},
    )


def fold_facts(
    facts: Iterable[PersonFact],
    closings: Sequence[datetime],
    ghost_after: timedelta,
    *,
    until: datetime | None = None,
) -> Pursuit:
    """The attempts of one pursuit; ``until`` lets time pass beyond the last fact."""
    return fold((fact.as_folded for fact in facts), closings, ghost_after, until=until)


def _purpose(contact: PersonFact) -> Purpose:
    return Purpose(contact.data.get("purpose", Purpose.OUTREACH))


def _is_outreach(contact: PersonFact) -> bool:
    """Whether we came back to this very person: a newsletter or an invitation goes to many."""
    return _purpose(contact) is Purpose.OUTREACH and contact.data.get("kind") not in BROADCASTS
