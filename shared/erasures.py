"""What a service removed for an erasure, and the record by which it confirms that."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from shared.events import ErasureConfirmed, Event


class Removed:
    """How much was removed of each stream, by kind."""

    def __init__(self) -> None:
        self._counts: defaultdict[UUID, Counter[str]] = defaultdict(Counter)

    def add(self, kind: str, streams: Iterable[UUID], count: int = 1) -> None:
        """Count one thing for each time a stream is named."""
        for stream in streams:
            self._counts[stream][kind] += count

    def of(self, stream: UUID) -> dict[str, int]:
        """What was removed of a stream."""
        return dict(self._counts[stream])

    def total(self) -> dict[str, int]:
        """What was removed of all streams together."""
        return dict(sum(self._counts.values(), Counter()))


def confirmations(
    service: str, erasures: Mapping[UUID, UUID | None], removed: Mapping[UUID, Mapping[str, int]], *, now: datetime
) -> list[Event]:
    """The records by which a service confirms what it removed of some streams; ``erasures`` are theirs.

    One without is of a release that waited for nobody. It is published again, with its erasure.
    """
    return [
        Event.of(
            ErasureConfirmed(erasure_id=erasure, candidate_id=stream, service=service, removed=dict(removed[stream])),
            id=uuid4(),
            source="rekindle",
            subject=None,
            sequence=None,
            time=now,
        )
        for stream, erasure in sorted(erasures.items())
        if erasure is not None
    ]
