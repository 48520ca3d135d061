"""What a use case returns of a record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.candidates.domain.learning import Learned
from services.candidates.domain.versions import after, entity_tag


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A person's record. ``record`` holds references and all fields; what was learned stands outside of ``tag``."""

    id: UUID
    record: dict[str, Any]
    tag: str
    after: str
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


def candidate_view(person: UUID, record: dict[str, Any], record_version: int, version: int, learned: Learned) -> CandidateView:
    """The view of a person's record."""
    return CandidateView(person, record, entity_tag(person, record_version), after("candidate", person, version), learned)
