"""What became of each posted event."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event is in the log, now or since an earlier posting.

    ``pursuit`` holds id, attempt, stage and touch, or is None for a fact of the candidate alone.
    """

    candidate_id: UUID
    sequence: int
    pursuit: dict[str, Any] | None
    references: tuple[str, ...]
    is_duplicate: bool = False

    @property
    def after(self) -> str:
        """What a reader gives to analytics to wait for this event."""
        return f"{self.candidate_id}:{self.sequence}"


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was stored for this event."""

    error: DomainError


Outcome = Accepted | Refused
