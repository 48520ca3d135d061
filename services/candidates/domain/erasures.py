"""When is an erasure done? Once every service that it waits for has confirmed every stream of the person."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

OWN = "candidates"
"""This service, which erases in the transaction that stores the erasure."""
ON_BUS = frozenset({"engagement", "analytics"})
"""Services that read ``rekindle.candidates.v1`` and confirm on ``rekindle.control.v1``. Any other confirms over HTTP."""

Status = Literal["pending", "done"]


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What one service has said of an erasure. ``removed`` counts what it removed, by kind."""

    service: str
    missing: frozenset[UUID]
    """Streams that it has not confirmed yet."""
    removed: Mapping[str, int]
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    """The token that confirmed over HTTP; None for a record on the bus."""

    @property
    def status(self) -> Status:
        """Done once every stream is confirmed."""
        return "pending" if self.confirmed_at is None else "done"

    def confirmed(self, streams: Collection[UUID], removed: Mapping[str, int], *, by: str | None, now: datetime) -> Self:
        """The answer with these streams confirmed; what was confirmed before stays as it is."""
        if self.missing.isdisjoint(streams):
            return self
        missing = self.missing.difference(streams)
        total = dict(Counter(self.removed) + Counter(removed))
        return replace(
            self, missing=missing, removed=total, confirmed_at=None if missing else now, confirmed_by=None if missing else by
        )


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person forgotten, with all streams. ``done_at`` is when the last service confirmed."""

    id: UUID
    streams: tuple[UUID, ...]
    requested_by: str
    erased_at: datetime
    answers: tuple[ServiceAnswer, ...]
    done_at: datetime | None = None

    @classmethod
    def begun(
        cls,
        erasure: UUID,
        streams: Collection[UUID],
        removed: Mapping[str, int],
        *,
        services: Collection[str],
        requested_by: str,
        now: datetime,
        is_whole: bool = True,
    ) -> Self:
        """An erasure that is carried out here, and waits for ``services``; unless it ``is_whole``, for something here too."""
        own = ServiceAnswer(OWN, frozenset(), removed, now) if is_whole else ServiceAnswer(OWN, frozenset(streams), removed)
        others = [ServiceAnswer(service, frozenset(streams), {}) for service in sorted({*services} - {OWN})]
        return cls(erasure, tuple(sorted(streams)), requested_by, now, (own, *others), None if others or not is_whole else now)

    @property
    def status(self) -> Status:
        """Done once every service has confirmed."""
        return "pending" if self.done_at is None else "done"
