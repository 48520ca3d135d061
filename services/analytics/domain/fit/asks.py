"""What a position asks and offers, as it is and as it might be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from shared.events import PositionChanged
from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import Terms, order_of, required_parts

_LEVELS = list(Level)


@dataclass(frozen=True, slots=True)
class Asks:
    """The parts that a position asks for, and its terms.

    A position that lists no requirements requires each of its skills, its level and its years of experience.
    """

    requirements: tuple[Part, ...] = ()
    needs: tuple[Part, ...] = ()
    terms: Terms = field(default_factory=Terms)

    @classmethod
    def of(cls, position: PositionChanged) -> "Asks":
        """What a snapshot says."""
        pays_to = position.salary_min if position.salary_max is None else position.salary_max
        terms = Terms(pays_to, position.salary_currency, frozenset(position.countries), position.remote)
        required = required_parts(position.requirements, position.skills, position.level, position.years_experience)
        return cls(required, tuple(position.needs), terms)

    def changed(self, changes: Mapping[str, Any]) -> "Asks":
        """The same with changes, each by the name of a field of ``FitChanges``."""
        asks = replace(
            self,
            requirements=changes.get("requirements", self.requirements),
            needs=changes.get("needs", self.needs),
            terms=replace(
                self.terms,
                pays_to=changes.get("salary_max", self.terms.pays_to),
                currency=changes.get("salary_currency", self.terms.currency),
                countries=changes.get("countries", self.terms.countries),
                remote=changes.get("remote", self.terms.remote),
            ),
        )
        for change in _takings(changes):
            asks = replace(asks, requirements=_left(change, asks.requirements), needs=_left(change, asks.needs))
        return asks


Taking = Callable[[Part], Part]
"""A change of a part that takes something from it, or nothing."""


def _takings(changes: Mapping[str, Any]) -> Iterator[Taking]:
    for skill in changes.get("without_skills", ()):
        yield partial(_without, skill)
    if (years := changes.get("years_less")) is not None:
        yield partial(_with_fewer_years, years)
    if (levels := changes.get("levels_lower")) is not None:
        yield partial(_lower, levels)


def _left(change: Taking, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts after a change, without those of which it took all that they asked."""
    return tuple(after for part in parts if (after := change(part)) != Part() or part == Part())


def _without(skill: str, part: Part) -> Part:
    """A part that asks for this skill or another does not ask for either any more."""
    return part.model_copy(update={"skills_any": []}) if skill in part.skills_any else part


def _with_fewer_years(fewer: float, part: Part) -> Part:
    if part.years_from is None:
        return part
    return part.model_copy(update={"years_from": part.years_from - fewer if part.years_from > fewer else None})


def _lower(levels: int, part: Part) -> Part:
    if part.level_from is None:
        return part
    order = order_of(part.level_from) - levels
    return part.model_copy(update={"level_from": _LEVELS[order] if order > 0 else None})
