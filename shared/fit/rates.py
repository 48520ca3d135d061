"""What an amount is in another currency, by a dated table of rates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Rates:
    """How much of each currency one unit of ``base`` buys, on a day, as a source says."""

    base: str = "EUR"
    as_of: date = date(1970, 1, 1)
    source: str = ""
    per_base: Mapping[str, float] = field(default_factory=dict)

    def convert(self, amount: float, currency: str, to: str) -> float | None:
        """The amount in the other currency; None where either is not in the table. The same currency needs no table."""
        if currency == to:
            return amount
        rate, other = self._rate(currency), self._rate(to)
        return None if rate is None or other is None else amount / rate * other

    def everywhere(self, amount: float, currency: str) -> Iterator[tuple[str, float]]:
        """The amount in each currency that it can be compared with, its own included."""
        for other in {currency, self.base, *self.per_base}:
            converted = self.convert(amount, currency, other)
            if converted is not None:
                yield other, converted

    def _rate(self, currency: str) -> float | None:
        return 1.0 if currency == self.base else self.per_base.get(currency)


NO_RATES = Rates()
"""Without a table, amounts are compared in the same currency alone."""
