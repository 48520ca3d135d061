"""Times of the demo: working hours where people live, counted from the moment at which the demo began."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
FREE = frozenset({(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)})
FREE_IN = {
    "DE": frozenset({(10, 3)}),
    "ES": frozenset({(8, 15), (10, 12), (11, 1), (12, 6), (12, 8)}),
    "FR": frozenset({(5, 8), (7, 14), (8, 15), (11, 1), (11, 11)}),
    "PL": frozenset({(5, 3), (8, 15), (11, 1), (11, 11)}),
    "IN": frozenset({(1, 26), (8, 15), (10, 2)}),
    "US": frozenset({(6, 19), (7, 4), (11, 11)}),
}
"""Days on which nobody is written to, as month and day: everywhere, and where people live. Those that move are left out."""
OPENS, CLOSES = 9, 17
LATEST = timedelta(minutes=20)
"""Nothing has happened later than this before the demo began, but what is named in business hours."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person lives, and between which hours there somebody in Europe is at work too."""

    country: str
    zone: str
    cities: tuple[str, ...]
    opens: int = 9
    closes: int = 17


HOMES = {
    "DE": Home("DE", "Europe/Berlin", ("Berlin", "Hamburg", "Leipzig", "Munich")),
    "FR": Home("FR", "Europe/Paris", ("Lyon", "Paris", "Nantes")),
    "ES": Home("ES", "Europe/Madrid", ("Madrid", "Valencia", "Bilbao")),
    "PL": Home("PL", "Europe/Warsaw", ("Warsaw", "Kraków", "Gdańsk")),
    "GB": Home("GB", "Europe/London", ("London", "Leeds", "Bristol")),
    "IN": Home("IN", "Asia/Kolkata", ("Pune", "Bengaluru"), opens=13, closes=18),
    "US": Home("US", "America/New_York", ("Boston", "New York"), opens=9, closes=11),
}


@dataclass(frozen=True, slots=True)
class Business:
    """So many business hours before the demo began, by the organisation's clock; "this morning" is one or two."""

    hours: float


def is_working_day(day: date, country: str) -> bool:
    """Whether people are at work: neither at the weekend nor on a day that is free each year."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in FREE | FREE_IN.get(country, frozenset())


def working_day_before(began: datetime, days: float, home: Home, minutes: int) -> datetime:
    """So many days ago, or on the last working day before that, so many minutes after work begins where the person lives."""
    zone = ZoneInfo(home.zone)
    day = (began - timedelta(days=days)).astimezone(zone).date()
    while not is_working_day(day, home.country):
        day -= timedelta(days=1)
    local = datetime.combine(day, time(home.opens), zone) + timedelta(minutes=minutes % ((home.closes - home.opens) * 60))
    return local.astimezone(UTC)


def working_time_after(moment: datetime, home: Home, minutes: int) -> datetime:
    """The moment, where it lies in working hours; else on the next working day, so many minutes after work begins."""
    zone = ZoneInfo(home.zone)
    local = moment.astimezone(zone)
    day = local.date()
    if is_working_day(day, home.country) and home.opens <= local.hour < home.closes:
        return moment
    if local.hour >= home.opens:
        day += timedelta(days=1)
    while not is_working_day(day, home.country):
        day += timedelta(days=1)
    begins = datetime.combine(day, time(home.opens), zone)
    return (begins + timedelta(minutes=minutes % ((home.closes - home.opens) * 60))).astimezone(UTC)


def business_hours_before(began: datetime, hours: float) -> datetime:
    """So many hours of work before, from Monday to Friday, 9 to 17 UTC."""
    left, moment = timedelta(hours=hours), began
    while True:
        begins = moment.replace(hour=OPENS, minute=0, second=0, microsecond=0)
        ends = min(moment, begins.replace(hour=CLOSES))
        if moment.weekday() < SATURDAY and ends > begins:
            if left < ends - begins:
                return (ends - left).replace(microsecond=0)
            left -= ends - begins
        moment = begins.replace(hour=23, minute=59) - timedelta(days=1)
