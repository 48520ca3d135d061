"""The facts of a person, as the log holds them, and which of them stand."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.events import EventRetracted


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One fact: its stream, its id on the bus, its type and time, its position if it has one, and its data as JSON values."""

    stream: UUID
    id: UUID
    type: str
    time: datetime
    position: UUID | None
    data: Mapping[str, Any]

    @property
    def is_retraction(self) -> bool:
        """Whether it says of another fact that it never happened."""
        return self.type == EventRetracted.type


def standing(facts: Iterable[PersonFact], *, each_stream_for_itself: bool = False) -> list[PersonFact]:
    """The facts that no retraction names, oldest first, without the retractions; the order given does not matter.

    A retraction by id takes out that fact. One by type takes out the latest fact of the type and position, at or before its own
    time, that no earlier retraction has taken out; with ``each_stream_for_itself`` only one of its own stream, so that joining
    two streams lifts nothing.
    """
    ordered = sorted(facts, key=lambda fact: (fact.time, fact.id))
    left: dict[UUID, PersonFact] = {fact.id: fact for fact in ordered if not fact.is_retraction}
    retractions = [fact for fact in ordered if fact.is_retraction]
    for retraction in retractions:
        if (named := retraction.data.get("event")) is not None:
            left.pop(UUID(str(named)), None)
    kind_of = _kind_in_stream if each_stream_for_itself else _kind
    for retraction in retractions:
        if (retracted := retraction.data.get("type")) is not None:
            _take_out_latest(left, kind_of(retraction, str(retracted)), retraction.time, kind_of)
    return list(left.values())


KindOf = Callable[[PersonFact, str], Hashable]


def _kind(fact: PersonFact, type_name: str) -> Hashable:
    return type_name, fact.position


def _kind_in_stream(fact: PersonFact, type_name: str) -> Hashable:
    return type_name, fact.position, fact.stream


def _take_out_latest(left: dict[UUID, PersonFact], kind: Hashable, until: datetime, kind_of: KindOf) -> None:
    found = [fact for fact in left.values() if fact.time <= until and kind_of(fact, fact.type) == kind]
    if found:
        del left[found[-1].id]
