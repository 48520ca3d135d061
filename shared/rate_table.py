"""The table of exchange rates, from a TOML file: ``rates.toml`` beside this module, or what REKINDLE_RATES names."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.events.fields import KnownCurrency
from shared.fit import Rates
from shared.rule_file import read_rules

SHIPPED = Path(__file__).with_name("rates.toml")


class RateTable(BaseModel):
    """How much of each currency one unit of the base buys, on a day, as a source says."""

    model_config = ConfigDict(extra="forbid", strict=True)

    source: Annotated[str, Field(min_length=1)]
    as_of: date
    base: KnownCurrency
    rates: dict[KnownCurrency, Annotated[float, Field(gt=0, allow_inf_nan=False)]]


def rates_of(file: Path | None) -> Rates:
    """The table that a file states, or the one that comes with the release. Raises RuleFileError."""
    table = read_rules(RateTable, file or SHIPPED)
    return Rates(table.base, table.as_of, table.source, table.rates)
