"""Times and dates: RFC 3339 with a zone, a date alone in the organisation's zone, nothing outside what we keep."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.timestamps import (
    EARLIEST,
    LATEST,
    end_of,
    organisation_zone,
    read_date,
    read_day_or_moment,
    read_moment,
    set_organisation_zone,
)


@pytest.fixture
def berlin() -> Iterator[None]:
    before = organisation_zone()
    set_organisation_zone(ZoneInfo("Europe/Berlin"))
    yield
    set_organisation_zone(before)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:15:00Z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02t09:15:00z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02 09:15:00Z", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02T09:15:00+01:00", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        ("2026-03-02T09:15:00-00:00", datetime(2026, 3, 2, 9, 15, tzinfo=UTC)),
        ("2026-03-02T09:15:00.5Z", datetime(2026, 3, 2, 9, 15, 0, 500000, tzinfo=UTC)),
        ("2026-03-02T09:15:00.123456789Z", datetime(2026, 3, 2, 9, 15, 0, 123456, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", EARLIEST),
        ("1900-01-01", EARLIEST),
        ("1969-12-31T23:59:59Z", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2200-12-31", datetime(2200, 12, 31, tzinfo=UTC)),
        ("2200-12-31T23:59:59.999999Z", LATEST),
        ("2201-01-01T05:00:00+14:00", datetime(2200, 12, 31, 15, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_what_is_read(text: str, expected: datetime) -> None:
    read = read_moment(text)

    assert read == expected
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-03-02T09:15:00", "2026-03-02T09:15Z", "2026-03-02T09Z", "20260302T091500Z", "2026-061", "2026-W10-1",
        "2026-3-2", "2026-02-30", "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T09:15:60Z", "2026-03-02T09:15:61Z",
        "2026-03-02T09:15:00+24:00", "2026-03-02T09:15:00+0100", "2026-03-02T09:15:00.1234567890Z", "2026-03-02T09:15:00 UTC",
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:60+14:00", "0001-01-01", "1899-12-31", "1899-12-31T23:59:59Z", "2201-01-01",
        "2201-01-01T00:00:00Z", "1900-01-01T00:00:00+01:00", "2200-12-31T23:59:59-01:00", "2200-12-31T23:59:60Z",
        "9999-12-31T23:59:59-12:00", "9999-12-31T23:59:60Z", "9999-12-31", "10000-01-01T00:00:00Z", "٢٠٢٦-٠٣-٠٢", " 2026-03-02",
        1772442900, 1772442900.5, True, None, [], {},
    ],
)  # fmt: skip
def test_what_is_refused_with_the_rule(text: object) -> None:
    with pytest.raises(ValueError, match=r".{10}"):
        read_moment(text)


@pytest.mark.usefixtures("berlin")
def test_a_date_is_midnight_in_the_organisation_s_zone() -> None:
    assert read_moment("2026-03-02") == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert read_moment("2026-07-02") == datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert read_moment(date(2026, 3, 2)) == datetime(2026, 3, 1, 23, tzinfo=UTC)


@pytest.mark.usefixtures("berlin")
def test_the_first_day_begins_no_earlier_than_the_years_that_are_allowed() -> None:
    assert read_moment("1900-01-01") == EARLIEST == read_moment(EARLIEST.isoformat())
    assert read_date("1900-01-01") == date(1900, 1, 1)
    with pytest.raises(ValueError, match="between 1900 and 2200"):
        read_moment("1899-12-31")


@pytest.mark.usefixtures("berlin")
def test_a_time_where_a_day_is_wanted_is_the_day_it_is_in_the_organisation_s_zone() -> None:
    assert read_date("2026-03-01T23:30:00Z") == date(2026, 3, 2)
    assert read_date("2026-03-02") == date(2026, 3, 2)
    assert read_date(date(2026, 3, 2)) == date(2026, 3, 2)


def test_a_datetime_needs_a_zone_too() -> None:
    with pytest.raises(ValueError, match="zone"):
        read_moment(datetime(2026, 3, 2))  # noqa: DTZ001 - this is what is refused


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(2200, 12, 30)),  # noqa: DTZ001 - the zone is drawn apart
    st.integers(-23 * 60, 23 * 60),
)
def test_any_time_with_any_offset_is_the_same_instant(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert read_moment(moment.isoformat()) == moment == read_moment(moment)


@given(st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:(60|[0-5][0-9])(Z|[+-][0-9]{2}:[0-9]{2})\Z"))
def test_whatever_looks_like_a_time_is_read_or_refused_with_a_rule(text: str) -> None:
    try:
        assert EARLIEST <= read_moment(text) <= LATEST
    except ValueError as error:
        assert str(error)  # noqa: PT017 - both are right; anything else than a ValueError is not


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-03-02", datetime(2026, 3, 2, 23, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 29, 22, tzinfo=UTC)),  # the day has 23 hours
        ("2026-10-25", datetime(2026, 10, 25, 23, tzinfo=UTC)),  # and this one 25
        ("2026-03-02T00:00:00+01:00", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        (date(2026, 3, 2), datetime(2026, 3, 2, 23, tzinfo=UTC)),
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
@pytest.mark.usefixtures("berlin")
def test_a_span_ends_before_a_time_and_after_a_day(text: object, end: datetime) -> None:
    assert end_of(read_day_or_moment(text)) == end


@pytest.mark.parametrize("text", ["2026-02-30", "2026-03-02T09:15:00", "1899-12-31", "soon", 7, None])
def test_what_is_neither_day_nor_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"must|day|month"):
        read_day_or_moment(text)
