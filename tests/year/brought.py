"""Which open positions bring a person back after which no, and from when on."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.year.journal import Journal
from tests.year.openings import Asked, Opening, Says, is_near, known_of, says
from tests.year.returns import Condition, decisive


@dataclass(frozen=True)
class Refusal:
    """A no that lives, and what must be met before we come back."""

    position: UUID
    closed_at: datetime
    conditions: Sequence[Condition]


@dataclass(frozen=True)
class Brought:
    """A position brings somebody back after a no: for a reason, from a time on."""

    position: UUID
    refusal: Refusal
    reason: str
    due_at: datetime


@dataclass(frozen=True)
class Matching:
    """The nos of one person beside the positions that are open at ``now``."""

    journal: Journal
    refusals: Sequence[Refusal]
    profile: dict[str, Any]
    now: datetime

    def brought_by(self, openings: Sequence[Opening], barred: Set[UUID]) -> Iterator[Brought]:
        """What each position brings: after the no that it meets first, of several the newest."""
        for opening in openings:
            if opening.id in barred:
                continue
            met = [one for refusal in self.refusals if (one := self._brings(opening, refusal)) is not None]
            if met:
                yield min(met, key=lambda one: (one.due_at, -one.refusal.closed_at.timestamp(), one.refusal.position))

    def _brings(self, opening: Opening, refusal: Refusal) -> Brought | None:
        """Whether it has fitted, unbroken, since it was opened or changed after the no."""
        found = None
        for at, content in reversed(opening.states):
            fits = self._fits(opening, refusal, at, content) if at > refusal.closed_at else None
            if fits is None:
                break
            reason, due_at = fits
            found = Brought(opening.id, refusal, reason if found is None else found.reason, due_at)
        return found

    def _fits(self, opening: Opening, refusal: Refusal, at: datetime, content: dict[str, Any]) -> tuple[str, datetime] | None:
        if not is_near(self._level(refusal), content["level"]):
            return None
        answers = {
            (other.position, other.closed_at, number): self._says(opening, other, one, at, content)
            for other in self.refusals
            for number, one in enumerate(other.conditions)
        }
        own = [answers[refusal.position, refusal.closed_at, number] for number in range(len(refusal.conditions))]
        if False in answers.values() or True not in own:
            return None
        waits = [one.position_from if is_met else one.due_at for one, is_met in zip(refusal.conditions, own, strict=True)]
        if None in waits:
            return None
        return refusal.conditions[own.index(True)].reason, max([at, *(one for one in waits if one is not None)])

    def _says(self, opening: Opening, refusal: Refusal, one: Condition, at: datetime, content: dict[str, Any]) -> Says:
        asked = Asked(
            facts=one.facts,
            closed_at=refusal.closed_at,
            position=refusal.position,
            declined=known_of(self.journal, refusal.position, self.now),
            profile=self.profile,
            at=at,
            opened_at=opening.states[0][0],
        )
        return says(decisive(one.reason, one.facts), asked, opening.id, content)

    def _level(self, refusal: Refusal) -> str | None:
        """The level that they want, by their newest word on it, else their own, else that of what they declined."""
        wanted = [
            (other.closed_at, other.position, -number, one.facts["wanted_level"])
            for other in self.refusals
            for number, one in enumerate(other.conditions)
            if "wanted_level" in one.facts
        ]
        if wanted:
            return str(max(wanted)[-1])
        own = self.profile["level"]
        return own if own is not None else known_of(self.journal, refusal.position, self.now).get("level")
