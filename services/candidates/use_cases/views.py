"""What a use case returns of a record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.content import POSITION
from services.candidates.domain.people import Beside, ListEntry, Stream, beside, entries_of_person, sources_of_person
from services.candidates.domain.positions import Position
from services.candidates.domain.registers import Observation
from services.candidates.domain.versions import after, entity_tag


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record: ``record`` holds references and all fields. ``after`` is what readers of other services wait for."""

    id: UUID
    record: dict[str, Any]
    tag: str
    after: str


@dataclass(frozen=True, slots=True)
class CandidateView(RecordView):
    """A person's record, and beside it, outside of ``tag``, what was learned, and how they are vetted."""

    after_each: list[str]
    """``after`` of all streams that a change of the person's links concerns."""
    beside: Beside
    entries: Mapping[str, Sequence[ListEntry]]
    """The items of lists with who states each; empty on a page of many records."""
    sources: Mapping[str, Observation]
    """What counts of every other field that has a value; empty on a page of many records."""


@dataclass(frozen=True, slots=True)
class Redirected:
    """The id that was asked for was merged into another person's."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; ``last`` is where the next one begins, None on the last."""

    items: list[Any]
    last: list[Any] | None


@dataclass(frozen=True, slots=True)
class StatedValue:
    """What was stated of a field. ``confirmed_at``: until when the same was stated without a break."""

    field: str
    value: Any
    source: str
    observed_at: datetime
    confirmed_at: datetime
    received_at: datetime
    counts: bool
    """Whether it is the field's value now."""


def candidate_view(person: Stream, members: Collection[Stream], concerned: Iterable[Stream]) -> CandidateView:
    """The view of the person whose record a stream holds; ``concerned`` are the streams that readers may wait for."""
    return _view(person, concerned, beside(members), entries_of_person(members), sources_of_person(members))


def listed_candidate(person: Stream, shown_beside: Beside) -> CandidateView:
    """The view of a person on a page of many."""
    return _view(person, [person], shown_beside, {}, {})


def _view(
    person: Stream,
    concerned: Iterable[Stream],
    shown_beside: Beside,
    entries: Mapping[str, Sequence[ListEntry]],
    sources: Mapping[str, Observation],
) -> CandidateView:
    return CandidateView(
        person.id,
        person.record or {},
        entity_tag(person.id, person.record_version),
        after("candidate", person.id, person.version),
        sorted(after("candidate", stream.id, stream.version) for stream in concerned if stream.version > 0),
        shown_beside,
        entries,
        sources,
    )


def position_view(position: Position) -> RecordView:
    """The view of a position's record. One that was stored before a field was added has it without a value."""
    return RecordView(
        position.id,
        {} if position.record is None else POSITION.nest({}) | position.record,
        entity_tag(position.id, position.version),
        after("position", position.id, position.version),
    )
