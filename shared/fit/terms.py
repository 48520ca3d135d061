"""Does what a position offers suit a person: its salary what they ask, its place where they live?"""

from dataclasses import dataclass

from shared.fit.answer import Answer

ROUNDING = 0.005
"""A cent of rounding decides nothing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a position offers. What is None or empty is not stated, and then no condition."""

    pays_to: float | None = None
    currency: str | None = None
    countries: frozenset[str] = frozenset()
    remote: bool | None = None

    @property
    def states_salary(self) -> bool:
        """Whether it says what it pays."""
        return self.pays_to is not None and self.currency is not None

    @property
    def states_place(self) -> bool:
        """Whether it says where it is."""
        return bool(self.remote or self.countries)


def salary_met(terms: Terms, amount: float | None, currency: str | None) -> Answer:
    """Whether a stated salary reaches what a person asks. Amounts of different currencies are not compared."""
    if terms.pays_to is None or amount is None or currency is None or currency != terms.currency:
        return Answer.NOT_KNOWN
    return Answer.MET if amount <= terms.pays_to + ROUNDING else Answer.NOT_MET


def place_met(terms: Terms, country: str | None) -> Answer:
    """Whether a stated place is where a person lives; remote is everywhere."""
    if terms.remote:
        return Answer.MET
    if country is None:
        return Answer.NOT_KNOWN
    return Answer.MET if country in terms.countries else Answer.NOT_MET
