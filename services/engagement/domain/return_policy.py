"""How long we wait before we come back, by reason: the intervals of product.md, all of them configuration."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from shared.timestamps import UTC_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPolicy:
    """The intervals of the return plans. Dates in a close's facts are days in ``zone``, the organisation's.

    Where product.md names a position without an "else" ("the next similar position, at once"), no time brings the person back:
    ``rejected_by_sponsor``, ``preferred_another`` and ``position_closed`` say how long after the close a position does so at the
    earliest.
    """

    salary: timedelta = timedelta(days=180)
    availability_ahead: timedelta = timedelta(days=14)
    """So long before the day from which the person is available."""
    availability: timedelta = timedelta(days=90)
    location: timedelta = timedelta(days=365)
    experience: timedelta = timedelta(days=365)
    skills: timedelta = timedelta(days=180)
    role_fit: timedelta = timedelta(days=180)
    timing: timedelta = timedelta(days=90)
    rejected_by_sponsor: timedelta = timedelta(days=14)
    preferred_another: timedelta = timedelta(days=0)
    position_closed: timedelta = timedelta(days=0)
    accepted_elsewhere: timedelta = timedelta(days=300)
    """After the start in the other job, or after the close where no start is known; the same for a counter-offer."""
    counter_offer: timedelta = timedelta(days=300)
    ghosted: timedelta = timedelta(days=60)
    """Doubled for each further pursuit ghosted in a row, up to ``ghosted_at_most``."""
    ghosted_at_most: timedelta = timedelta(days=3650)
    no_show: timedelta = timedelta(days=30)
    unspecified: timedelta = timedelta(days=120)
    wrong_time: timedelta = timedelta(days=90)
    """After a recruiter came back and it was the wrong time."""
    not_reachable: timedelta = timedelta(days=30)
    """After a recruiter tried to come back and reached nobody."""
    zone: ZoneInfo = UTC_ZONE
