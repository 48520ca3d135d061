"""How many of everybody fit a position, by part and by what people are like; and what single changes would add."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

from pyroaring import BitMap

from services.analytics.domain.fit.asks import Asks
from services.analytics.domain.fit.pool import BARS, Pool
from services.analytics.domain.fit.split import Split, all_of
from shared.events.snapshots import Part
from shared.fit import Rates

BANDS = ((0, 2), (2, 5), (5, 10), (10, 15), (15, None))
"""Years of experience, from and up to, by which people are listed."""
MOST_VALUES = 25
"""So many values of a column are listed, those of the most people who meet the requirements."""
RAISES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
FEWER_YEARS = 2


class Answers(NamedTuple):
    """How many people by answer."""

    met: int
    not_met: int
    not_known: int


class GroupCount(NamedTuple):
    """How many of the people with one value, and how many of them meet what."""

    value: str | None
    people: int
    requirements: int
    needs: int
    fit: int


@dataclass(frozen=True, slots=True)
class FitCounts:
    """Who fits. ``fit`` are those who meet all requirements, whom salary and place suit, where these are stated, and who may be
    approached.
    """

    people: int
    fit: Answers
    requirements: Answers
    requirement_parts: list[tuple[Part, Answers]]
    needs: Answers
    need_parts: list[tuple[Part, Answers]]
    salary: Answers | None
    not_compared: list[tuple[str, int]]
    """Currencies in which people ask and which the rates cannot compare with the position's, each with how many people."""
    approachable: Answers
    bars: Mapping[str, int]
    """How many may not be approached, by why."""
    currency: str | None
    """The position's, where it states a salary."""
    place: Answers | None
    groups: dict[str, list[GroupCount]]


@dataclass(frozen=True, slots=True)
class Step:
    """One change, whom it would add to those who fit, and who would fit in all."""

    change: Mapping[str, Any]
    would_fit: int
    in_all: int
    not_known: int


class Counting:
    """Counts for positions over one state of the pool; each part is looked up once."""

    def __init__(self, pool: Pool, rates: Rates) -> None:
        self._pool = pool
        self._rates = rates
        self._splits: dict[tuple[object, ...], Split] = {}

    def fit(self, asks: Asks) -> FitCounts:
        """Who fits a position."""
        requirements, needs, fit = self._all(asks.requirements), self._all(asks.needs), self._fit(asks)
        terms = asks.terms
        return FitCounts(
            people=len(self._pool.everybody),
            fit=self._answers(fit),
            requirements=self._answers(requirements),
            requirement_parts=[(part, self._answers(self._part(part))) for part in asks.requirements],
            needs=self._answers(needs),
            need_parts=[(part, self._answers(self._part(part))) for part in asks.needs],
            salary=self._answers(self._pay(asks)) if terms.states_salary else None,
            not_compared=list(self._pool.not_compared(terms, self._rates)) if terms.states_salary else [],
            approachable=self._answers(self._pool.approachable),
            bars={bar: len(self._pool.bars.of([bar])) for bar in BARS},
            currency=terms.currency if terms.states_salary else None,
            place=self._answers(self._place(asks)) if terms.states_place else None,
            groups=dict(self._groups(requirements.met, needs.met, fit.met)),
        )

    def fitting(self, asks: Asks) -> int:
        """How many people fit a position."""
        return len(self._fit(asks).met)

    def steps(self, asks: Asks) -> list[Step]:
        """What each single change would add, those of one kind together."""
        now = self._fit(asks).met
        found = []
        for change in changes_of(asks):
            then = self._fit(asks.changed(change))
            found.append(Step(change, len(then.met - now), len(then.met), len(then.not_known)))
        return found

    def _fit(self, asks: Asks) -> Split:
        splits = [self._part(part) for part in asks.requirements]
        splits.append(self._pool.approachable)
        splits += [self._pay(asks)] if asks.terms.states_salary else []
        splits += [self._place(asks)] if asks.terms.states_place else []
        return all_of(self._pool.everybody, splits)

    def _all(self, parts: tuple[Part, ...]) -> Split:
        return all_of(self._pool.everybody, map(self._part, parts))

    def _part(self, part: Part) -> Split:
        key = (*part.skills_any, part.level_from, part.years_from)
        if key not in self._splits:
            self._splits[key] = self._pool.part(part)
        return self._splits[key]

    def _pay(self, asks: Asks) -> Split:
        key = ("salary", asks.terms.pays_to, asks.terms.currency)
        if key not in self._splits:
            self._splits[key] = self._pool.pay(asks.terms, self._rates)
        return self._splits[key]

    def _place(self, asks: Asks) -> Split:
        key = ("place", asks.terms.countries, asks.terms.remote)
        if key not in self._splits:
            self._splits[key] = self._pool.place(asks.terms)
        return self._splits[key]

    def _answers(self, split: Split) -> Answers:
        met, not_known = len(split.met), len(split.not_known)
        return Answers(met, len(self._pool.everybody) - met - not_known, not_known)

    def _groups(self, requirements: BitMap, needs: BitMap, fit: BitMap) -> Iterator[tuple[str, list[GroupCount]]]:
        def count(value: str | None, who: BitMap) -> GroupCount:
            sides = (who.intersection_cardinality(one) for one in (requirements, needs, fit))
            return GroupCount(value, len(who), *sides)

        everybody = self._pool.everybody
        for name, column in self._pool.values.items():
            counted = [count(value, who) for value, who in column.by.items() if who]
            counted.sort(key=lambda one: (-one.requirements, -one.people, one.value))
            yield name, [*counted[:MOST_VALUES], count(None, everybody - column.known)]
        years = self._pool.years
        from_on = {start: years.at_least(start) for start, _ in BANDS}
        bands = [
            count(f"{start}-{end}" if end else f"{start}+", from_on[start] - from_on[end] if end else from_on[start])
            for start, end in BANDS
        ]
        yield "years", [*bands, count(None, everybody - years.known)]


def changes_of(asks: Asks) -> Iterator[dict[str, Any]]:
    """The single changes that are worth a thought: more salary as a curve, remote, a skill less, fewer years, a lower level."""
    terms = asks.terms
    if terms.states_salary and terms.pays_to:
        for top in dict.fromkeys(_rounded(terms.pays_to * (1 + raised)) for raised in RAISES):
            yield {"salary_max": top}
    if not terms.remote and terms.states_place:
        yield {"remote": True}
    for skills in dict.fromkeys(tuple(part.skills_any) for part in asks.requirements if part.skills_any):
        yield {"without_skills": list(skills)}
    if any(part.years_from for part in asks.requirements):
        yield {"years_less": FEWER_YEARS}
    if any(part.level_from for part in asks.requirements):
        yield {"levels_lower": 1}


def _rounded(amount: float) -> float:
    """The next amount with three digits that count and zeros."""
    unit = 10 ** max(0, len(str(int(amount))) - 3)
    return float(ceil(amount / unit - 1e-9) * unit)
