"""What all facts of a person say: which are valid, and their attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.attempts import FoldFact, fact_of
from tests.unit.shared.attempts_by_the_text import CONTACTED, ORDER, NaiveAttempt, attempts_of, not_retracted, stage_of
from tests.year.gained import Learnt
from tests.year.journal import RETRACTED, Fact, Journal

HARD = frozenset({
    "career_change", "falsified_record", "permanently_unavailable", "conduct_violation", "client_complaint", "do_not_contact",
})  # fmt: skip


@dataclass
class Person:
    """A person at a moment. ``valid`` are the facts that no retraction takes out, in order; ``own`` those of each record."""

    streams: frozenset[UUID]
    valid: list[Fact]
    own: dict[UUID, list[Fact]]
    attempts: dict[UUID, list[NaiveAttempt]]
    learnt: list[Learnt]
    """What each record says that the person gained."""

    def named(self, *names: str) -> list[Fact]:
        """The valid facts of some names."""
        return [fact for fact in self.valid if fact.name in names]


def person_at(journal: Journal, streams: frozenset[UUID], now: datetime) -> Person:
    """Everything about a person."""
    facts = journal.facts_of(streams)
    own = {stream: valid_of([fact for fact in facts if fact.stream == stream]) for stream in streams}
    valid = valid_of(facts)
    positions = {fact.position for fact in facts if fact.type != RETRACTED}
    return Person(streams, valid, own, _attempts(journal, valid, positions, now), [journal.learnt[one] for one in streams])


def person_before(journal: Journal, person: Person, fact: Fact) -> Person:
    """The person as they were before one of their facts; what never happened had not happened then either."""
    earlier = [one for one in person.valid if _place(one) < _place(fact)]
    own = {stream: [one for one in facts if _place(one) < _place(fact)] for stream, facts in person.own.items()}
    positions = {one.position for one in earlier}
    return Person(person.streams, earlier, own, _attempts(journal, earlier, positions, fact.time), person.learnt)


def _attempts(
    journal: Journal, valid: Sequence[Fact], positions: set[UUID | None], now: datetime
) -> dict[UUID, list[NaiveAttempt]]:
    return {
        position: attempts_of(
            [_folded(fact) for fact in valid if fact.position == position], journal.closings(position, now), now
        )
        for position in positions
        if position is not None
    }


def _place(fact: Fact) -> tuple[Any, ...]:
    """Where a fact stands in the order of all."""
    return fact.time, _folded(fact).rank, fact.id


def is_answer(fact: Fact) -> bool:
    """Whether the person answered: by words, by a no, or by going on."""
    one = _folded(fact)
    stage = stage_of(one)
    return one.name in {"declined", "withdrawn"} or (stage is not None and ORDER.index(stage) > CONTACTED)


def valid_of(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that are not retracted, by what is said of the facts given, in order of time, rank and id."""
    known = {fact.id: fact for fact in facts}
    found: list[Fact] = []
    for position in {fact.position for fact in facts if fact.type != RETRACTED}:
        if position is not None:
            found += [known[one.id] for one in _of_position(facts, position)]
        else:
            found += _of_nobodys_position(facts)
    return sorted(found, key=_place)


def _of_position(facts: Sequence[Fact], position: UUID) -> list[FoldFact]:
    concerned = [fact for fact in facts if fact.position == position or "event" in fact.data]
    return not_retracted([_folded(fact) for fact in concerned])


def _of_nobodys_position(facts: Sequence[Fact]) -> list[Fact]:
    """Facts of the person: a retraction names one, or the latest of a type."""
    own = [fact for fact in facts if fact.position is None and fact.type != RETRACTED]
    gone = set()
    for retraction in [fact for fact in facts if fact.type == RETRACTED and fact.position is None]:
        if "event" in retraction.data:
            gone.add(retraction.data["event"])
            continue
        meant = [fact for fact in own if fact.type == retraction.data["type"] and fact.time <= retraction.time]
        if meant:
            gone.add(max(meant, key=_place).id)
    return [fact for fact in own if fact.id not in gone]


def _folded(fact: Fact) -> FoldFact:
    return fact_of(
        fact.id, fact.type, fact.time, {name: str(value) if name == "event" else value for name, value in fact.data.items()}
    )


def hard_nos(person: Person) -> dict[str, datetime]:
    """The hard nos that stand, each with the time since when: every stream for itself, the strictest wins."""
    found: dict[str, datetime] = {}
    for valid in person.own.values():
        for fact in valid:
            reason = str(fact.data.get("reason"))
            if reason not in HARD or fact.name not in {"hard_no_set", "declined", "rejected", "withdrawn"}:
                continue
            lifts = [one for one in valid if one.name == "hard_no_lifted" and one.data["reason"] == reason]
            if not any(one.time > fact.time for one in lifts):
                found[reason] = min(fact.time, found.get(reason, fact.time))
    return found


def is_hired(person: Person) -> bool:
    """Whether the person was hired and has not left."""
    return any(_hired_at(one) is not None and not _left(one) for attempts in person.attempts.values() for one in attempts)


def hired_at(person: Person) -> datetime | None:
    """When the person was last hired."""
    times = [_hired_at(one) for attempts in person.attempts.values() for one in attempts]
    return max((time for time in times if time is not None), default=None)


def _hired_at(attempt: NaiveAttempt) -> datetime | None:
    """When the attempt led to a hire that decides it."""
    return None if attempt.outcome() != "hired" else attempt.happened[attempt.hires()[-1]].time


def _left(attempt: NaiveAttempt) -> bool:
    return any(one.name == "left" for one in attempt.happened[attempt.hires()[-1] :])


def is_in_play(person: Person, now: datetime) -> bool:
    """Whether an attempt is open at interested or later, and something happened in it within 90 days."""
    return any(
        one.outcome() == "in_play" and now - one.happened[-1].time < timedelta(days=90)
        for attempts in person.attempts.values()
        for one in attempts
    )
