"""Values of any shape are read or are missing; none is an error."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.connectors.domain.greenhouse.places import is_remote, read_place
from services.connectors.domain.greenhouse.values import amount, code, currency, day, flag, identifier, moment, plain, text

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2017-10-27T14:44:43Z", datetime(2017, 10, 27, 14, 44, 43, tzinfo=UTC)),
        ("2017-10-27t14:44:43.123z", datetime(2017, 10, 27, 14, 44, 43, 123000, tzinfo=UTC)),
        ("2017-10-27T14:44:43+02:00", datetime(2017, 10, 27, 12, 44, 43, tzinfo=UTC)),
        ("2017-10-27 14:44:43 UTC", datetime(2017, 10, 27, 14, 44, 43, tzinfo=UTC)),
        ("2013-03-22", datetime(2013, 3, 21, 23, tzinfo=UTC)),
        ("2013-07-22T10:00:00", datetime(2013, 7, 22, 8, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("1899-12-31T23:59:59Z", None),
        ("2026-03-01T00:59:59Z", datetime(2026, 3, 1, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-01T01:00:01Z", None),
        ("yesterday", None),
        ("", None),
        (1509115483, None),
        (None, None),
    ],
)
def test_times_are_read_in_utc_and_impossible_ones_are_missing(value: object, expected: datetime | None) -> None:
    assert moment(value, BERLIN, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2015-01-23", date(2015, 1, 23)),
        ("04/15/2013", date(2013, 4, 15)),
        ("2015-01-23T10:00:00Z", date(2015, 1, 23)),
        ("13/13/2013", None),
        ("0004-01-01", None),
        (None, None),
    ],
)
def test_days_come_in_two_forms(value: object, expected: date | None) -> None:
    assert day(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        ("5", "5"),
        (" 5 ", "5"),
        ("a b", None),
        ("", None),
        (True, None),
        (1.5, None),
        (None, None),
        ("x" * 151, None),
        ("a\0b", None),
    ],
)
def test_ids_are_numbers_or_strings(value: object, expected: str | None) -> None:
    assert identifier(value) == expected


def test_text_loses_what_cannot_be_stored() -> None:
    assert text(" Ada\0 Byron\x07 ") == "Ada Byron"
    assert text("\0") is None
    assert text(5) is None


def test_names_become_codes() -> None:
    assert code("LinkedIn (Prospecting)") == "linkedin-prospecting"
    assert code("!!!") is None
    assert len(code("x" * 300) or "") == 100


def test_names_are_compared_without_case_and_punctuation() -> None:
    assert plain("Lacking  skill(s)/Qualification(s)") == plain("lacking SKILL S qualification-s")


def test_money_and_flags() -> None:
    assert amount("10000.0") == 10000
    assert amount("1,500") == 1500
    assert [amount(value) for value in (-1, "x", True, None, 1e13, "nan")] == [None] * 6
    assert currency("usd") == "USD"
    assert currency("dollars") is None
    assert currency("XQZ") is None
    assert flag("False") is False
    assert flag(0) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("New York, NY", {"country": "US", "city": "New York"}),
        ("London, United Kingdom", {"country": "GB", "city": "London"}),
        ("Berlin\nGermany", {"country": "DE", "city": "Berlin"}),
        ("Germany", {"country": "DE"}),
        ("At a Cool Place", None),
        ("Dallas", None),
        ("NY", None),
        (" , ", None),
    ],
)
def test_a_place_is_read_only_when_its_country_is_certain(words: str, expected: dict[str, str] | None) -> None:
    assert read_place(words) == expected


def test_remote_is_a_word() -> None:
    assert is_remote("US - Remote")
    assert not is_remote("Remoteville")
