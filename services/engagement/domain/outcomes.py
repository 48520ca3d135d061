"""The outcome of each posted event."""

from dataclasses import dataclass
from uuid import UUID

from shared.errors import DomainError


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event is in the log, now or since an earlier posting. ``references`` are what senders call the person."""

    candidate_id: UUID
    sequence: int
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
