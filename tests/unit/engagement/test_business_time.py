"""Business time: Monday to Friday, 9 to 17 on the organisation's wall clock, without its public holidays."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.business_time import BusinessTime

BERLIN = BusinessTime(ZoneInfo("Europe/Berlin"), "DE")
NEW_YORK = BusinessTime(ZoneInfo("America/New_York"), "US")
UTC_ONLY = BusinessTime()


@pytest.mark.parametrize(
    ("where", "since", "hours", "expected"),
    [
        # 24 business hours are three days.
        (UTC_ONLY, "2026-03-02T09:15:00+00:00", 24, "2026-03-05T09:15:00+00:00"),
        (UTC_ONLY, "2026-03-02T09:15:00+00:00", 12, "2026-03-03T13:15:00+00:00"),
        # What begins outside of business hours begins with the next of them.
        (UTC_ONLY, "2026-03-02T20:00:00+00:00", 8, "2026-03-03T17:00:00+00:00"),
        (UTC_ONLY, "2026-03-07T12:00:00+00:00", 1, "2026-03-09T10:00:00+00:00"),
        (UTC_ONLY, "2026-03-02T17:00:00+00:00", 1, "2026-03-03T10:00:00+00:00"),
        # The end of a day is when it ends, not when the next begins.
        (UTC_ONLY, "2026-03-02T09:00:00+00:00", 8, "2026-03-02T17:00:00+00:00"),
        # Over a weekend.
        (UTC_ONLY, "2026-03-06T16:00:00+00:00", 24, "2026-03-11T16:00:00+00:00"),
        # Summer time begins in Berlin on 29 March: the wall clock counts.
        (BERLIN, "2026-03-27T16:00:00+01:00", 8, "2026-03-30T16:00:00+02:00"),
        # It ends in New York on 1 November.
        (NEW_YORK, "2026-10-30T16:00:00-04:00", 8, "2026-11-02T16:00:00-05:00"),
        # Good Friday and Easter Monday.
        (BERLIN, "2026-04-02T16:00:00+02:00", 8, "2026-04-07T16:00:00+02:00"),
        # No holidays where no country is named.
        (BusinessTime(ZoneInfo("Europe/Berlin")), "2026-04-02T16:00:00+02:00", 8, "2026-04-03T16:00:00+02:00"),
        # Christmas, a weekend and New Year.
        (BERLIN, "2026-12-24T12:00:00+01:00", 40, "2027-01-04T12:00:00+01:00"),
        (NEW_YORK, "2026-07-02T12:00:00-04:00", 8, "2026-07-06T12:00:00-04:00"),
        # Another length of the day.
        (BusinessTime(opens=8, closes=12), "2026-03-02T08:00:00+00:00", 8, "2026-03-03T12:00:00+00:00"),
        (BusinessTime(opens=0, closes=24), "2026-03-06T23:00:00+00:00", 2, "2026-03-09T01:00:00+00:00"),
    ],
)
def test_business_hours_later(where: BusinessTime, since: str, hours: int, expected: str) -> None:
    later = where.after(datetime.fromisoformat(since).astimezone(UTC), timedelta(hours=hours))

    assert later == datetime.fromisoformat(expected)
    assert later.utcoffset() == timedelta()


@given(
    st.integers(0, 8_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 100),
    st.integers(1, 100),
    st.sampled_from([BERLIN, NEW_YORK, UTC_ONLY]),
)
def test_business_time_adds_up(since: datetime, first: int, second: int, where: BusinessTime) -> None:
    at_once = where.after(since, timedelta(hours=first + second))

    assert where.after(where.after(since, timedelta(hours=first)), timedelta(hours=second)) == at_once
    assert where.after(since, timedelta(hours=first)) < at_once
    local = at_once.astimezone(where.zone)
    assert local.weekday() < 5
    assert 9 <= local.hour <= 17
