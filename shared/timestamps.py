"""Reading times: RFC 3339 with a zone; a date without a time is midnight in the organisation's zone."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
CLOCK_SKEW = timedelta(hours=1)
"""How far in the future a sender's clock may put a fact about the past."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")

T = TypeVar("T")

UTC_ZONE = ZoneInfo("UTC")
_zone = UTC_ZONE


def set_organisation_zone(zone: ZoneInfo) -> None:
    """Choose, once at start, the zone in which dates without a time are read."""
    global _zone  # noqa: PLW0603 - one setting of the process, read by validators that have no other way to it
    _zone = zone


def organisation_zone() -> ZoneInfo:
    """The zone in which dates without a time are read."""
    return _zone


def read_moment(value: object) -> datetime:
    """Read an RFC 3339 time or a date; the result is in UTC. Raises ValueError with the rule that is broken."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = _midnight(value)
    elif isinstance(value, str) and _DATE.fullmatch(value):
        moment = _midnight(_existing(date.fromisoformat, value))
    elif isinstance(value, str) and _MOMENT.fullmatch(value):
        moment = _read_time(value.upper().replace(" ", "T"))
    else:
        raise ValueError("must be an RFC 3339 time with a zone, such as 2026-03-02T09:15:00Z, or a date")
    if moment.tzinfo is None:
        raise ValueError("must have a zone, such as 2026-03-02T09:15:00Z")
    # Compared by year first: converting a time of year 1 or 9999 to UTC may leave what a datetime can hold.
    if not EARLIEST.year - 1 <= moment.year <= LATEST.year + 1 or not EARLIEST <= moment <= LATEST:
        raise ValueError(f"must lie between {EARLIEST:%Y} and {LATEST:%Y}")
    return moment.astimezone(UTC)


def _midnight(day: date) -> datetime:
    """The beginning of a day in the organisation's zone; of the first day that is allowed, the part that is."""
    moment = datetime.combine(day, time(), tzinfo=_zone)
    return max(moment, EARLIEST) if day == EARLIEST.date() else moment


def _existing(read: Callable[[str], T], text: str) -> T:
    """Read what has the form of a date or a time; 30 February has it too."""
    try:
        return read(text)
    except ValueError as fault:
        raise ValueError("must be a time that exists, such as 2026-03-02T09:15:00Z") from fault


def _read_time(text: str) -> datetime:
    """RFC 3339 allows a leap second, always the last of a day in UTC; it is read as the first second of the next."""
    if text[17:19] != "60":
        return _existing(datetime.fromisoformat, text)
    last = _existing(datetime.fromisoformat, f"{text[:17]}59{text[19:]}").replace(microsecond=0)
    if not EARLIEST.year <= last.year <= LATEST.year:
        return last  # refused for its year in a moment, and in years 1 and 9999 there may be no day to count to
    if (last + timedelta(seconds=1)).astimezone(UTC).time() != time():
        raise ValueError("must have seconds from 00 to 59: there was no leap second then")
    return last + timedelta(seconds=1)


def read_date(value: object) -> date:
    """Read an ISO date, or the date that an RFC 3339 time has in the organisation's zone. Raises ValueError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return read_moment(value).astimezone(_zone).date()


def read_calendar_date(value: object) -> date:
    """Read an ISO date, which has no zone. Raises ValueError with the rule that is broken."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("must be a date, such as 2026-05-01")
    if not EARLIEST.year <= value.year <= LATEST.year:
        raise ValueError(f"must lie between {EARLIEST:%Y} and {LATEST:%Y}")
    return value


def read_day_or_moment(value: object) -> date | datetime:
    """Read an RFC 3339 time, in UTC, or a date, which stays one. Raises ValueError with the rule that is broken."""
    moment = read_moment(value)
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else moment


def end_of(span: date | datetime) -> datetime:
    """Where a span of time ends, in UTC: before a time that is given as its end, but after the whole of a day."""
    if isinstance(span, datetime):
        return span
    return datetime.combine(span + timedelta(days=1), time(), tzinfo=_zone).astimezone(UTC)


_ZONES = {name.casefold(): name for name in available_timezones()}


def _known_zone(name: str) -> str:
    if (zone := _ZONES.get(name.strip().casefold())) is None:
        raise ValueError("must be a time zone of the IANA database, for example Europe/Berlin")
    return zone


def written(moment: datetime | None) -> str | None:
    """A time in UTC as answers write it, ``2026-03-02T09:15:00Z``."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:15:00Z"]}),
]
"""A time in UTC; a date alone is read in the organisation's zone."""

DayOrMoment = Annotated[
    datetime | date,
    BeforeValidator(read_day_or_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T09:15:00Z"]}),
]
"""A time in UTC, or a day in the organisation's zone; ``end_of`` says where a span ends that is given so."""

Day = Annotated[
    date,
    BeforeValidator(read_date),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-03-02"]}),
]
"""A day in the organisation's zone."""

CalendarDate = Annotated[
    date,
    BeforeValidator(read_calendar_date),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-05-01"]}),
]
"""A date of the years 1900 to 2200, without a zone."""

TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""A time zone of the IANA database, in its one spelling."""
