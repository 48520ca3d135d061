"""Are two positions alike, so that whoever was good for the one may be good for the other?

They are when they share a skill, their levels are the same or neighbours, and the other is in a country of the one or may be
done remotely. What is not known of level and place contradicts nothing; without a skill on both sides it is not known.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.events.vocabulary import Level
from shared.fit.answer import Answer, Finding, of_all
from shared.fit.levels import is_within_one


@dataclass(frozen=True, slots=True)
class Outline:
    """What decides of a position. ``remote`` None: not known."""

    skills: frozenset[str] = frozenset()
    level: Level | None = None
    countries: frozenset[str] = frozenset()
    remote: bool | None = None


def similarity_of(one: Outline, other: Outline) -> Finding:
    """Whether ``other`` is similar to ``one``, and why."""
    findings = list(_aspects(one, other))
    answer = of_all(finding.answer for finding in findings)
    decisive = [finding.why for finding in findings if answer is not Answer.NOT_MET or finding.answer is answer]
    return Finding(answer, "; ".join(decisive))


def _aspects(one: Outline, other: Outline) -> Iterator[Finding]:
    yield _skills(one, other)
    near = is_within_one(one.level, other.level)
    if near is not None:
        same = one.level == other.level
        says = f"{other.level} too" if same else f"{other.level}, {'next to' if near else 'more than one level from'} {one.level}"
        yield Finding(Answer.MET if near else Answer.NOT_MET, says)
    if other.remote:
        yield Finding(Answer.MET, "remote")
    elif one.countries and other.countries:
        shared = sorted(one.countries & other.countries)
        elsewhere = f"in {' and '.join(sorted(other.countries))} instead of {' and '.join(sorted(one.countries))}"
        yield Finding(Answer.MET, f"in {' and '.join(shared)} too") if shared else Finding(Answer.NOT_MET, elsewhere)


def _skills(one: Outline, other: Outline) -> Finding:
    if not one.skills or not other.skills:
        return Finding(Answer.NOT_KNOWN, "skills not known")
    shared = sorted(one.skills & other.skills)
    if not shared:
        return Finding(Answer.NOT_MET, "no skill in common")
    return Finding(Answer.MET, f"needs {' and '.join(shared)} too")
