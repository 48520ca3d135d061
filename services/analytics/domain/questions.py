"""What may be asked of a funnel: a view, a span of time, a time to look from, filters and a grouping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class View(StrEnum):
    """How attempts fall into a span of time."""

    COHORT = "cohort"
    """By the attempt's cohort: the time of its first touch, or of its first fact where there was none."""
    ACTIVITY = "activity"
    """Each thing that is counted by its own time."""


class Period(StrEnum):
    """The length of the groups in time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Dimension(StrEnum):
    """What attempts can be filtered and grouped by. Level, location, tier, skill and market status are the person's."""

    POSITION = "position"
    RECRUITER = "recruiter"
    SENDER_ROLE = "sender_role"
    VIA = "via"
    ORIGIN = "origin"
    CHANNEL = "channel"
    SPONSOR = "sponsor"
    SKILL = "skill"
    LEVEL = "level"
    LOCATION = "location"
    TIER = "tier"
    MARKET_STATUS = "market_status"
    PERIOD = "period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a funnel. Times in UTC; ``since`` is included, ``before`` is not."""

    view: View = View.COHORT
    since: datetime | None = None
    before: datetime | None = None
    as_of: datetime | None = None
    """None for now."""
    position: UUID | None = None
    filters: Mapping[Dimension, str] = field(default_factory=dict)
    group_by: Dimension | None = None
    period: Period = Period.MONTH
    limit: int = 1000
    """At most so many groups, those with the most attempts."""

    @property
    def counters_answer(self) -> bool:
        """Whether the counters of positions hold the answer: all time, as of now, by nothing but position and sponsor."""
        by = {*self.filters, *([] if self.group_by is None else [self.group_by])}
        return self.since is None and self.before is None and self.as_of is None and by <= {Dimension.POSITION, Dimension.SPONSOR}
