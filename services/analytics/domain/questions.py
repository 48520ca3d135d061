"""What may be asked of the numbers: a view, a span of time, a time to look from, filters and groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.analytics.dimensions import BY_NAME, PERIOD, POSITION, Dimension, Of


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about numbers. Times in UTC; ``since`` is included, ``before`` is not."""

    view: View = View.COHORT
    since: datetime | None = None
    before: datetime | None = None
    as_of: datetime | None = None
    """Only what had been received by then; None for all that is."""
    until: datetime | None = None
    """Only what had happened by then."""
    position: UUID | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the names of dimensions: the values of which one must be had."""
    group_by: tuple[Dimension, ...] = ()
    period: Period = Period.MONTH
    limit: int = 1000
    """At most so many groups, those with the most attempts."""

    @property
    def moment(self) -> datetime | None:
        """The time that it is looked from: the earlier of both; None for now."""
        return min((one for one in (self.as_of, self.until) if one is not None), default=None)

    def just_before(self, zone: ZoneInfo) -> "Question":
        """The same about the span of the same length just before; one of whole days has as many, whatever the clocks did."""
        assert self.since is not None
        assert self.before is not None
        first, end = (one.astimezone(zone).replace(tzinfo=None) for one in (self.since, self.before))
        if first.time() == end.time() == time():
            since = (first - (end - first)).replace(tzinfo=zone).astimezone(UTC)
        else:
            since = self.since - (self.before - self.since)
        return replace(self, since=since, before=self.since)

    @property
    def is_of_attempts(self) -> bool:
        """Whether each attempt counts with all that it contributes, or not at all."""
        return self.view is View.COHORT or (self.since is None and self.before is None and PERIOD not in self.group_by)

    @property
    def dimensions(self) -> set[Dimension]:
        """What it filters and groups by."""
        return {*map(BY_NAME.__getitem__, self.filters), *self.group_by}

    @property
    def counters_answer(self) -> bool:
        """Whether the counters of positions hold the answer: all time, as of now, by nothing but what is the position's."""
        by_position = all(one is POSITION or one.of is Of.POSITION for one in self.dimensions)
        return by_position and self.since is None and self.before is None and self.moment is None
