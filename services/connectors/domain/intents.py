"""What a body makes the connector ask of Rekindle's public API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """An event for ``POST /v1/events``: its id is the hash of the raw body and ``number``, so a repeat is the same."""

    number: int
    type: str
    """Without the leading ``rekindle.``, for example ``pursuit.applied``."""
    candidate: str
    """The candidate's reference."""
    time: datetime
    """UTC."""
    data: Mapping[str, Any]

    def event_id(self, body_hash: str) -> str:
        """The id of the event that a body with this hash makes."""
        return f"{body_hash}-{self.number}"


@dataclass(frozen=True, slots=True)
class CandidatePatch:
    """``PATCH /v1/candidates/{reference}``: what the body says of the person, as of ``content["observed_at"]``.

    ``forgets``: what it clears leaves the history too.
    """

    reference: str
    content: Mapping[str, Any]
    forgets: bool = False


@dataclass(frozen=True, slots=True)
class PositionPatch:
    """``PATCH /v1/positions/{reference}``: what the body says of the opening."""

    reference: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Erasure:
    """``POST /v1/erasures``: the person is to be forgotten; parted first from the one they were merged into, who stays."""

    candidate: str
    part_from: str | None = None


Intent = Fact | CandidatePatch | PositionPatch | Erasure


@dataclass(frozen=True, slots=True)
class UnmappedName:
    """A name of the sender's that the mapping file does not know."""

    kind: str
    """``stage`` or ``rejection_reason``."""
    name: str
    external_id: str | None
    position: str | None
    """The job's id where the name belongs to a job."""
