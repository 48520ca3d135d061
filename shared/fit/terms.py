"""Does what a position offers suit a person: its salary what they ask, its place where they live?"""

from dataclasses import dataclass

from shared.fit.answer import Answer, Finding
from shared.fit.rates import Rates

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


def salary_met(terms: Terms, amount: float | None, currency: str | None, rates: Rates) -> Finding:
    """Whether a stated salary reaches what a person asks, in its currency or by the rates in another.

    Where the rates lack a currency the two are not compared, which is no match, and the finding says so.
    """
    if terms.pays_to is None or amount is None:
        return Finding(Answer.NOT_KNOWN, "what was asked or what it pays is not known")
    if currency is None or terms.currency is None:
        return Finding(Answer.NOT_KNOWN, "the currency is not known")
    wanted = rates.convert(amount, currency, terms.currency)
    if wanted is None:
        return Finding(
            Answer.NOT_KNOWN, f"{currency} and {terms.currency} cannot be compared: the table of rates lacks one of them"
        )
    pays = f"{amount_of(terms.pays_to)} {terms.currency}"
    if wanted <= terms.pays_to + ROUNDING:
        return Finding(Answer.MET, f"pays to {pays}")
    return Finding(Answer.NOT_MET, f"pays only to {pays}")


def amount_of(number: float) -> str:
    """A number with at most two decimals: 85,000."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def place_met(terms: Terms, country: str | None) -> Answer:
    """Whether a stated place is where a person lives; remote is everywhere."""
    if terms.remote:
        return Answer.MET
    if country is None:
        return Answer.NOT_KNOWN
    return Answer.MET if country in terms.countries else Answer.NOT_MET
