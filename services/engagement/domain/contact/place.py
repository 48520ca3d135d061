"""Where a person lives, as far as it is known: the time of day, weekends and public holidays there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday; see ``weekend_of`` for countries that rest on other days."""
_RESTS = {
    **dict.fromkeys(("AE",), frozenset({5, 6})),
    **dict.fromkeys(("BH", "DZ", "EG", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"), frozenset({4, 5})),
    **dict.fromkeys(("IL",), frozenset({4, 5})),
    "IR": frozenset({3, 4}),
    "AF": frozenset({3, 4}),
    "NP": frozenset({5}),
    "BN": frozenset({4, 6}),
}
"""Days of rest, Monday is 0; source: Unicode CLDR, supplemental weekData (weekendStart, weekendEnd)."""


@dataclass(frozen=True, slots=True)
class Place:
    """``is_zone_known``: whether ``zone`` is the person's own, and not the organisation's in its stead."""

    zone: ZoneInfo
    is_zone_known: bool
    country: str | None

    def local(self, moment: datetime) -> datetime:
        """The moment on the person's clock."""
        return moment.astimezone(self.zone)

    def morning_after(self, day: date, hour: int) -> datetime:
        """The hour on the next day."""
        return datetime.combine(day + timedelta(days=1), time(hour), self.zone)

    def is_weekend(self, day: date) -> bool:
        """Whether people rest on that day of the week."""
        return day.weekday() in _RESTS.get(self.country or "", WEEKEND)

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday of the whole country, if there is one."""
        return None if self.country is None else _holidays(self.country).get(day.isoformat())


def place_of(time_zone: str | None, country: str | None, otherwise: ZoneInfo) -> Place:
    """The place of a record. A zone that does not exist, and a country of several zones, say nothing of the time."""
    zone = _zone(time_zone) or _zone(_only_zone_of(country))
    return Place(zone or otherwise, zone is not None, country)


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=300)
def _only_zone_of(country: str | None) -> str | None:
    """The zone of a country that has but one, by the time zone database's zone.tab."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    zones = [line.split("\t")[2] for line in lines if line.startswith(f"{country}\t")]
    return zones[0] if len(zones) == 1 else None


@lru_cache(maxsize=300)
def _holidays(country: str) -> holidays.HolidayBase:
    """The country's public holidays, in English where there is a translation; none of a country that is not known."""
    try:
        supported = holidays.country_holidays(country).supported_languages or ()
        return holidays.country_holidays(country, language="en_US" if "en_US" in supported else None)
    except NotImplementedError:
        return holidays.HolidayBase()
