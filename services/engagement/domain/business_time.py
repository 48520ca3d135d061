"""Business time: the hours of a day at work, Monday to Friday, without the public holidays of the organisation's country."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.engagement.domain.contact.place import WEEKEND, Place
from shared.timestamps import UTC_ZONE


@dataclass(frozen=True, slots=True)
class BusinessTime:
    """The organisation's working hours, by the clock on its wall. Without a ``country`` there are no holidays."""

    zone: ZoneInfo = UTC_ZONE
    country: str | None = None
    opens: int = 9
    closes: int = 17

    @property
    def day(self) -> timedelta:
        """The length of one business day."""
        return timedelta(hours=self.closes - self.opens)

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The first moment, in UTC, by which so much business time has passed since ``moment``."""
        day = moment.astimezone(self.zone).date()
        while True:
            hours = _hours(self, day)
            if hours is not None:
                begins = max(hours[0], moment)
                left = hours[1] - begins
                if left > timedelta() and span <= left:
                    return begins + span
                span -= max(left, timedelta())
            day += timedelta(days=1)


@lru_cache(maxsize=10_000)
def _hours(of: BusinessTime, day: date) -> tuple[datetime, datetime] | None:
    """When work begins and ends on a day, in UTC; None on a day of rest."""
    if day.weekday() in WEEKEND or Place(of.zone, True, of.country).holiday(day) is not None:
        return None
    begins, ends = (datetime.combine(day, time(), of.zone) + timedelta(hours=hour) for hour in (of.opens, of.closes))
    return begins.astimezone(UTC), ends.astimezone(UTC)
