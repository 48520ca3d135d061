"""What people write of a person: insights and notes. None is changed: a later one supersedes it, once, and both stay.

A remark belongs to the stream that it was recorded of, so that people who part have their own again, and what supersedes it
counts only among one person's.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID


class Remark(Protocol):
    """A dated text of a stream."""

    @property
    def id(self) -> UUID:
        """Its own."""

    @property
    def supersedes(self) -> UUID | None:
        """The earlier one that it replaces."""

    @property
    def observed_at(self) -> datetime:
        """When it was so, in UTC."""


R = TypeVar("R", bound=Remark)


def place(remark: Remark) -> tuple[datetime, UUID]:
    """Where it stands in a list: the newest comes first."""
    return remark.observed_at, remark.id


def successors(remarks: Iterable[Remark]) -> dict[UUID, UUID]:
    """What superseded each of a person's remarks, where something did."""
    return {one.supersedes: one.id for one in remarks if one.supersedes is not None}


def counting(remarks: Collection[R]) -> list[R]:
    """The person's remarks that nothing superseded, the newest first."""
    superseded = successors(remarks)
    return sorted((one for one in remarks if one.id not in superseded), key=place, reverse=True)
