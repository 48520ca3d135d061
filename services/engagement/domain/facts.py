"""The facts of a person, as the log holds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.attempts import FoldFact, fact_of
from shared.events import EventRetracted


@dataclass(slots=True)
class PersonFact:
    """One fact: its stream, its id on the bus, its type and time, its position if it has one, and its data as JSON values.

    Nobody changes it; it is not frozen because a person's are made whenever the person is derived, and that would take twice as
    long.
    """

    stream: UUID
    id: UUID
    type: str
    time: datetime
    position: UUID | None
    data: Mapping[str, Any]
    _folded: FoldFact | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def as_folded(self) -> FoldFact:
        """The fact as the fold takes it, made once."""
        if self._folded is None:
            self._folded = fact_of(self.id, self.type, self.time, self.data)
        return self._folded

    @property
    def is_retraction(self) -> bool:
        """Whether it says of another fact that it never happened."""
        return self.type == EventRetracted.type


def by_position(facts: Iterable[PersonFact]) -> dict[UUID, list[PersonFact]]:
    """The facts of each position; a retraction that names an event alone may concern any of them."""
    anywhere: list[PersonFact] = []
    found: dict[UUID, list[PersonFact]] = {}
    for fact in facts:
        if fact.position is not None:
            found.setdefault(fact.position, []).append(fact)
        elif fact.is_retraction:
            anywhere.append(fact)
    if anywhere:
        for of_position in found.values():
            of_position.extend(anywhere)
    return found
