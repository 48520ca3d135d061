"""Which requirements or needs of a position a person meets.

A part asks for one of some skills, for a level, for years of experience, or for several of these, all of which must be there.
What the record does not say is not known, and so is a part of which only the text is stated. Somebody whose record lists
skills has these and no others; a record without any says nothing about skills.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit.answer import Answer, Finding, of_all
from shared.fit.levels import order_of


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides of a person. ``skills`` in their one spelling (``shared.skills``)."""

    skills: frozenset[str] = frozenset()
    level: Level | None = None
    years: float | None = None


NOTHING_KNOWN = Profile()


@dataclass(frozen=True, slots=True)
class Fit:
    """How a person meets all parts, and each of them, in the order of the record."""

    answer: Answer
    parts: tuple[Finding, ...]


def fit_of(parts: Sequence[Part], profile: Profile) -> Fit:
    """How a person meets the parts together. Who meets all of them fits; where there are none, everybody does."""
    findings = tuple(part_met(part, profile) for part in parts)
    return Fit(of_all(finding.answer for finding in findings), findings)


def part_met(part: Part, profile: Profile) -> Finding:
    """How a person meets one requirement or need."""
    found = list(_aspects(part, profile)) or [Finding(Answer.NOT_KNOWN, "states nothing that a record could show")]
    return Finding(of_all(one.answer for one in found), "; ".join(one.why for one in found))


def required_parts(
    requirements: Sequence[Part], skills: Sequence[str], level: Level | None, years: float | None
) -> tuple[Part, ...]:
    """What a position requires: one that lists no requirements requires each of its skills, its level and its years."""
    if requirements:
        return tuple(requirements)
    parts = [Part(skills_any=[skill]) for skill in skills]
    parts += [] if level is None else [Part(level_from=level)]
    return (*parts, *([] if years is None else [Part(years_from=years)]))


def _aspects(part: Part, profile: Profile) -> Iterator[Finding]:
    if part.skills_any:
        yield _skills(part.skills_any, profile.skills)
    if part.level_from is not None:
        yield _level(part.level_from, profile.level)
    if part.years_from is not None:
        yield _years(part.years_from, profile.years)


def _skills(wanted: Sequence[str], own: frozenset[str]) -> Finding:
    asked = " or ".join(wanted)
    if not own:
        return Finding(Answer.NOT_KNOWN, f"needs {asked}, skills not known")
    has = [skill for skill in wanted if skill in own]
    return Finding(Answer.MET, f"has {' and '.join(has)}") if has else Finding(Answer.NOT_MET, f"lacks {asked}")


def _level(wanted: Level, own: Level | None) -> Finding:
    if own is None:
        return Finding(Answer.NOT_KNOWN, f"needs {wanted} or higher, level not known")
    answer = Answer.MET if order_of(own) >= order_of(wanted) else Answer.NOT_MET
    return Finding(answer, f"is {own}, needs {wanted} or higher")


def _years(wanted: float, own: float | None) -> Finding:
    if own is None:
        return Finding(Answer.NOT_KNOWN, f"needs {wanted:g} years, years not known")
    return Finding(Answer.MET if own >= wanted else Answer.NOT_MET, f"has {own:g} years, needs {wanted:g}")
