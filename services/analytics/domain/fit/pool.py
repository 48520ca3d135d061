"""What is known of everybody, column by column: for each value the bitmap of the people who have it.

A person is a bit, the number that storage gives them. Who was erased, and a stream that belongs to another person, has none.
A million people with five skills each take some 20 MB.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from pyroaring import BitMap

from services.analytics.domain.fit.slices import Slices
from services.analytics.domain.fit.split import Split, all_of
from shared.events.snapshots import Part
from shared.events.vocabulary import Level
from shared.fit import ROUNDING, Answer, Profile, Rates, Terms, part_met, place_met

COLUMNS = ("level", "location", "market_status", "skill")
"""What people are listed by, each the name of a dimension."""
BARS = ("hired", "hard_no")
"""Why somebody may not be approached: we hired them and they have not left, or a hard no holds; each may hold at once."""


class Described(NamedTuple):
    """What is known of one person."""

    number: int
    counts: bool
    """False for who is erased, and for a stream that belongs to another person."""
    level: str | None
    country: str | None
    market_status: str | None
    years: float | None
    salary: float | None
    currency: str | None
    skills: Sequence[str]
    bars: frozenset[str] = frozenset()
    """Of ``BARS``: why the person may not be approached."""


class _Column(Protocol):
    def take_out(self, people: BitMap) -> None: ...


class Values:
    """Who has each value of a column; somebody may have several, or none."""

    def __init__(self) -> None:
        self.by: dict[str, BitMap] = {}
        self.known = BitMap()

    def take_out(self, people: BitMap) -> None:
        """Forget these people's values."""
        for who in (self.known, *self.by.values()):
            who.difference_update(people)

    def add(self, values: Iterable[tuple[int, str | None]]) -> None:
        """Keep values of people who have none here; None is none."""
        found: dict[str, list[int]] = {}
        for person, value in values:
            if value is not None:
                found.setdefault(value, []).append(person)
        for value, people in found.items():
            self.by.setdefault(value, BitMap()).update(people)
            self.known.update(people)

    def of(self, wanted: Iterable[str]) -> BitMap:
        """Who has one of these values."""
        return BitMap().union(*(self.by[value] for value in wanted if value in self.by))

    def where(self, is_so: Callable[[str], bool]) -> BitMap:
        """Who has a value of which this holds."""
        return self.of([value for value in self.by if is_so(value)])


class Pool:
    """Everybody, and what is known of them."""

    def __init__(self) -> None:
        self.everybody = BitMap()
        self.values = {name: Values() for name in COLUMNS}
        self.currency = Values()
        self.bars = Values()
        self.years = Slices()
        self.salary = Slices()

    def update(self, described: Sequence[Described]) -> None:
        """Put what is known of some people, each once, in the place of what was known of them."""
        columns: list[_Column] = [*self.values.values(), self.currency, self.bars, self.years, self.salary]
        if known := self.everybody & BitMap([one.number for one in described]):
            self.everybody.difference_update(known)
            for column in columns:
                column.take_out(known)
        counted = [one for one in described if one.counts]
        self.everybody.update([one.number for one in counted])
        self.values["level"].add((one.number, one.level) for one in counted)
        self.values["location"].add((one.number, one.country) for one in counted)
        self.values["market_status"].add((one.number, one.market_status) for one in counted)
        self.values["skill"].add((one.number, skill) for one in counted for skill in one.skills)
        self.bars.add((one.number, bar) for one in counted for bar in one.bars)
        self.years.add((one.number, one.years) for one in counted if one.years is not None)
        paid = [one for one in counted if one.salary is not None and one.currency is not None]
        self.currency.add((one.number, one.currency) for one in paid)
        self.salary.add((one.number, one.salary) for one in paid if one.salary is not None)

    def part(self, part: Part) -> Split:
        """Who meets one requirement or need: ``shared.fit.part_met`` for everybody."""
        aspects = list(self._aspects(part))
        return all_of(self.everybody, aspects) if aspects else Split(BitMap(), self.everybody)

    def place(self, terms: Terms) -> Split:
        """Whom the place suits: ``shared.fit.place_met`` for everybody."""
        if place_met(terms, None) is Answer.MET:
            return Split(self.everybody, BitMap())
        countries = self.values["location"]
        return Split(
            countries.where(lambda country: place_met(terms, country) is Answer.MET),
            self.everybody - countries.known,
        )

    def pay(self, terms: Terms, rates: Rates) -> Split:
        """Whom the salary reaches: ``shared.fit.salary_met`` for everybody."""
        reached, compared = BitMap(), BitMap()
        if terms.pays_to is not None and terms.currency is not None:
            for currency, who in self.currency.by.items():
                pays_to = rates.convert(terms.pays_to + ROUNDING, terms.currency, currency)
                if pays_to is not None:
                    compared |= who
                    reached |= self.salary.at_most(pays_to) & who
        return Split(reached, self.everybody - compared)

    @property
    def approachable(self) -> Split:
        """Who may be approached."""
        return Split(self.everybody - self.bars.known, BitMap())

    def not_compared(self, terms: Terms, rates: Rates) -> Iterable[tuple[str, int]]:
        """The currencies in which people ask and which cannot be compared with the position's, with how many people."""
        for currency, who in sorted(self.currency.by.items()):
            if who and terms.currency is not None and rates.convert(1, currency, terms.currency) is None:
                yield currency, len(who)

    def _aspects(self, part: Part) -> Iterable[Split]:
        if part.skills_any:
            skills = self.values["skill"]
            yield Split(skills.of(part.skills_any), self.everybody - skills.known)
        if part.level_from is not None:
            asked = Part(level_from=part.level_from)
            levels = self.values["level"]
            yield Split(
                levels.where(lambda level: part_met(asked, Profile(level=Level(level))).answer is Answer.MET),
                self.everybody - levels.known,
            )
        if part.years_from is not None:
            yield Split(self.years.at_least(part.years_from), self.everybody - self.years.known)
