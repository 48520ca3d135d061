"""Two people who may be one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.candidates.domain.duplicates.profile import Profile, most_in_block
from services.candidates.domain.duplicates.score import Score, score
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, ``one`` with the smaller id, and how likely they are one."""

    one: UUID
    other: UUID
    score: Score
    is_dismissed: bool = False
    """Whether somebody said that they are not the same."""

    @property
    def id(self) -> UUID:
        """The same for the same two people, whenever they are found."""
        return derived_id(f"duplicate:{self.one}:{self.other}")


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody said that two are not the same person. ``one`` and ``other`` are the streams that stood for the two then."""

    one: UUID
    other: UUID
    reason: str
    decided_by: str
    """Whose token it was."""
    decided_at: datetime


def to_compare(people: Collection[UUID], blocks: Iterable[tuple[int, Sequence[UUID]]]) -> set[tuple[UUID, UUID]]:
    """The pairs of those who share a key in which at least one of these people is, the smaller id first.

    ``blocks``: keys with who has each; those that too many have are passed over.
    """
    return {
        (min(one, other), max(one, other))
        for key, block in blocks
        if len(block) <= most_in_block(key)
        for one in block
        if one in people
        for other in block
        if one != other
    }


def suggested(
    pairs: Iterable[tuple[UUID, UUID]], profiles: Mapping[UUID, Profile], apart: Collection[frozenset[UUID]]
) -> list[Pair]:
    """Those that somebody should look at; ``apart`` are people of whom somebody said that they are not the same. In id order."""
    found: list[Pair] = []
    for one, other in sorted(pairs):
        if one in profiles and other in profiles:
            scored = score(profiles[one], profiles[other])
            if scored.is_suggested:
                found.append(Pair(one, other, scored, frozenset((one, other)) in apart))
    return found
