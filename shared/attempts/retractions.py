"""Which facts are left once retractions are applied. Pure, and the one filter that every service uses.

A retraction names one of three things:

- ``event``, a fact by its id: that fact;
- ``type``, with ``position`` where such facts have one: the latest fact of the type and position at or before the retraction's
  time. At a position the run of the same type before it goes too, since two systems may report one rejection. A stage or a
  close of another type ends the run, and an outreach is never part of one: two messages are two facts. Without a position
  there is no run;
- ``position`` with ``whole``: every fact of the position at or before the retraction's time.

Each retraction looks at all facts, whatever other retractions take out. A retraction is never taken out itself, and neither is
what Rekindle's clock puts on record. The order of arrival does not matter.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from shared.attempts.model import FoldFact
from shared.events.people import EventRetracted


class RetractableFact(Protocol):
    """What the filter asks of a fact: its id on the bus, its type, when it happened, its data; and how the fold takes it."""

    @property
    def id(self) -> UUID: ...
    @property
    def type(self) -> str: ...
    @property
    def time(self) -> datetime: ...
    @property
    def position(self) -> UUID | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    @property
    def as_folded(self) -> FoldFact: ...


RETRACTION = EventRetracted.type

F = TypeVar("F", bound=RetractableFact)


def without_retracted(facts: Iterable[F], *, partition: Callable[[F], Hashable] = lambda _: None) -> list[F]:
    """The facts that no retraction takes out, without the retractions, in the order of the fold.

    ``partition`` says what a fact belongs to; a retraction takes out facts of its own partition alone.
    """
    retractions: list[F] = []
    others: list[F] = []
    for fact in facts:
        (retractions if fact.type == RETRACTION else others).append(fact)
    if not retractions:
        return sorted(others, key=_order) if len(others) > 1 else others
    ordered = sorted(((fact.as_folded, fact) for fact in others), key=lambda pair: pair[0].order)
    index = _Index()
    for as_folded, fact in ordered:
        if not as_folded.is_clock_mark:
            index.add(partition(fact), fact.position, as_folded)
    gone = {taken for retraction in retractions for taken in index.taken_by(partition(retraction), retraction)}
    return [fact for _, fact in ordered if fact.id not in gone]


def _order(fact: RetractableFact) -> tuple[datetime, int, UUID]:
    return fact.as_folded.order


class _Index:
    """Facts by what retractions name, in the order of the fold."""

    def __init__(self) -> None:
        self._ids: set[tuple[Hashable, UUID]] = set()
        self._of_position: dict[tuple[Hashable, UUID | None], list[FoldFact]] = defaultdict(list)

    def add(self, part: Hashable, position: UUID | None, fact: FoldFact) -> None:
        self._ids.add((part, fact.id))
        self._of_position[part, position].append(fact)

    def taken_by(self, part: Hashable, retraction: RetractableFact) -> list[UUID]:
        """The ids of the facts that a retraction takes out."""
        event = retraction.data.get("event")
        if event is not None:
            named = UUID(str(event))
            return [named] if (part, named) in self._ids else []
        until = [fact for fact in self._of_position.get((part, retraction.position), ()) if fact.time <= retraction.time]
        if retraction.data.get("whole"):
            return [fact.id for fact in until] if retraction.position is not None else []
        named_type = str(retraction.data.get("type"))
        found = _latest_run(until, named_type)
        return found if retraction.position is not None else found[:1]


def _latest_run(facts: Sequence[FoldFact], type_name: str) -> list[UUID]:
    """The latest fact of a type, then those of the run before it."""
    found: list[UUID] = []
    for fact in reversed(facts):
        if found and fact.is_touch:
            break
        if fact.type == type_name:
            found.append(fact.id)
            if fact.is_touch:
                break
        elif found and (fact.is_close or (fact.stage is not None and fact.name != "contacted")):
            break
    return found
