"""What if a position were otherwise? The changes of a preview, and the steps beyond them that are worth negotiating."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from services.engagement.domain.matching.position import PositionState
from shared.events.snapshots import Part
from shared.events.vocabulary import PositionStatus

RAISES = (0.05, 0.1, 0.2)
FEWER_YEARS = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a position, as a client would send it, and the position with it."""

    change: Mapping[str, Any]
    position: PositionState


def as_if_open(position: PositionState) -> PositionState:
    """The position as it would be when it is open."""
    return replace(position, status=PositionStatus.OPEN)


def steps_from(position: PositionState) -> Iterator[Step]:
    """What may be given up next, one thing at a time: more salary, remote, a skill less, fewer years."""
    pays, currency = position.pays_to, position.salary_currency
    if pays and currency:
        for top in dict.fromkeys(_rounded(pays * (1 + raised)) for raised in RAISES):
            yield Step({"salary": {"max": top, "currency": currency}}, replace(position, salary_max=top))
    if not position.remote:
        yield Step({"remote": True}, replace(position, remote=True))
    for skill in sorted(position.asked):
        yield _without(skill, position)
    if position.years:
        yield _with_fewer_years(position, max(0.0, position.years - FEWER_YEARS))


def _with_fewer_years(position: PositionState, years: float) -> Step:
    requirements = tuple(
        part if part.years_from is None else part.model_copy(update={"years_from": min(part.years_from, years)})
        for part in position.requirements
    )
    change: dict[str, Any] = (
        {} if position.years_experience is None else {"years_experience": min(position.years_experience, years)}
    )
    step = replace(position, requirements=requirements, **change)
    return Step(change | ({} if requirements == position.requirements else {"requirements": _written(requirements)}), step)


def _without(skill: str, position: PositionState) -> Step:
    requirements = _parts_without(skill, position.requirements)
    needs = _parts_without(skill, position.needs)
    change: dict[str, Any] = {}
    if skill in position.skills:
        change["skills"] = sorted(position.skills - {skill})
    if requirements != position.requirements:
        change["requirements"] = _written(requirements)
    if needs != position.needs:
        change["needs"] = _written(needs)
    return Step(change, replace(position, skills=position.skills - {skill}, requirements=requirements, needs=needs))


def _parts_without(skill: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts without one that asks for this skill alone."""
    return tuple(part.model_copy(update={"skills_any": []}) if part.skills_any == [skill] else part for part in parts)


def _written(parts: tuple[Part, ...]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json", exclude_defaults=True) for part in parts]


def _rounded(amount: float) -> float:
    """The next amount with two digits that count and zeros."""
    unit = 10 ** (len(str(int(amount))) - 2)
    return float(ceil(amount / unit) * unit)
