"""The table of exchange rates: read from a file, whose mistakes are named with line and rule."""

from datetime import date
from pathlib import Path

import pytest

from shared.rate_table import rates_of
from shared.rule_file import RuleFileError

VALID = 'source = "a bank"\nas_of = 2026-11-01\nbase = "EUR"\n\n[rates]\nUSD = 1.25\n'


def written(folder: Path, source: str) -> Path:
    file = folder / "rates.toml"
    file.write_text(source)
    return file


def test_the_shipped_table_is_dated_and_names_its_source() -> None:
    rates = rates_of(None)

    assert rates.source == "European Central Bank, euro foreign exchange reference rates"
    assert (rates.base, rates.as_of) == ("EUR", date(2024, 12, 31))
    assert rates.convert(1, "EUR", "USD") == 1.0389


def test_a_file_of_your_own_takes_its_place(tmp_path: Path) -> None:
    assert rates_of(written(tmp_path, VALID)).convert(100, "EUR", "USD") == 125


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (VALID + "JPY = -1\n", ":7: rates.JPY: must be greater than 0"),
        (VALID.replace("1.25", '"1.25"'), ":6: rates.USD: must be a valid number"),
        (VALID + "XQZ = 2.5\n", ":7: rates.XQZ: must be a currency of ISO 4217 that exists, for example EUR"),
        (VALID.replace('"EUR"', '"EUX"'), ":3: base: must be a currency of ISO 4217 that exists, for example EUR"),
        (VALID.replace('base = "EUR"\n', ""), ":1: base: Field required"),
        (VALID.replace("2026-11-01", '"soon"'), ":2: as_of: must be a valid date"),
        ('colour = "red"\n' + VALID, ":1: colour: is no key here"),
        (VALID + "USD 2\n", ":7: is not TOML: "),
    ],
)
def test_a_wrong_table_says_in_which_line_what_is_wrong(tmp_path: Path, source: str, said: str) -> None:
    file = written(tmp_path, source)

    with pytest.raises(RuleFileError) as refused:
        rates_of(file)

    assert str(refused.value).startswith(f"{file}{said}")
