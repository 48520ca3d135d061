"""What a use case returns of a record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.learning import Learned
from services.candidates.domain.versions import after, entity_tag
from services.candidates.storage.candidates import Stream


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A person's record. ``record`` holds references and all fields; what was learned stands outside of ``tag``."""

    id: UUID
    record: dict[str, Any]
    tag: str
    after: str
    after_each: list[str]
    """The same of all streams that a change of the person's links concerns."""
    learned: Learned


@dataclass(frozen=True, slots=True)
class PositionView:
    """A position's record. ``record`` holds references, all fields and the spans during which it was open."""

    id: UUID
    record: dict[str, Any]
    tag: str
    after: str


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
class HistoryEntry:
    """What was said of a field. ``confirmed_at``: until when the same was said without a break."""

    field: str
    value: Any
    source: str
    observed_at: datetime
    confirmed_at: datetime
    received_at: datetime
    counts: bool
    """Whether it is the field's value now."""


def candidate_view(stands: Stream, streams: Iterable[Stream], learned: Learned) -> CandidateView:
    """The view of the person for whom a stream stands; ``streams`` are those that readers may wait for."""
    return CandidateView(
        stands.id,
        stands.record or {},
        entity_tag(stands.id, stands.record_version),
        after("candidate", stands.id, stands.version),
        sorted(after("candidate", stream.id, stream.version) for stream in streams if stream.version > 0),
        learned,
    )
