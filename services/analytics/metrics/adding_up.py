"""How sums become the numbers of a metric: counts, ratios with both sides kept, and quantiles of durations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import ClassVar, Literal, NamedTuple

from services.analytics.metrics.durations import quantile_seconds
from services.analytics.metrics.sums import Sum, Sums

Kind = Literal["count", "ratio", "distribution"]

Z = 1.959964
"""How many standard deviations an interval of 95 % takes in on each side."""


class Row(NamedTuple):
    """One number of a metric. ``low`` and ``high`` are the ends of its interval of 95 %, where it has one."""

    key: str | None
    value: float | None
    n: int
    """How many attempts, durations or events it rests on: of a ratio its lower side."""
    low: float | None = None
    high: float | None = None


class Sides(NamedTuple):
    """Both sides of a ratio."""

    above: int
    below: int


def wilson(share: Sides) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share of at least one. Unlike the textbook one it stays within 0 and 1 for few."""
    n, p = share.below, share.above / share.below
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return max(0.0, round(middle - half, 12)), min(1.0, round(middle + half, 12))


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each measure of a family was contributed to. Without ``keys``: those found, the most frequent first."""

    kind: ClassVar[Kind] = "count"
    family: str
    keys: tuple[str, ...] | None = None

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The measures that it reads; one that ends with a dot stands for all below it."""
        return (f"{self.family}.",)

    def rows(self, sums: Sums) -> list[Row]:
        """A row for each key."""
        found = sums.of(self.family)
        keys = self.keys if self.keys is not None else sorted(found, key=lambda key: (-found[key].attempts, key))
        counts = {key: sums.count(self.family, key) for key in keys}
        return [Row(key, count, count) for key, count in counts.items()]


@dataclass(frozen=True, slots=True)
class Total:
    """How often one measure was contributed to."""

    kind: ClassVar[Kind] = "count"
    family: str
    key: str = "attempts"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The measures that it reads."""
        return (f"{self.family}.{self.key}",)

    def rows(self, sums: Sums) -> list[Row]:
        """The one row."""
        count = sums.count(self.family, self.key)
        return [Row(None, count, count)]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One sum divided by another. Both sides are kept, so that ratios of groups can be put together.

    ``sides`` gives them by key, None where the metric has but one. Where it ``is_share``, the upper side is a part of the lower,
    and the ratio has Wilson's interval. ``without`` is the value of keys where there is nothing to divide by.
    """

    kind: ClassVar[Kind] = "ratio"
    prefixes: tuple[str, ...]
    """The measures that it reads; one that ends with a dot stands for all below it."""
    sides: Callable[[Sums], Mapping[str | None, Sides]]
    is_share: bool = True
    without: Mapping[str | None, float] = field(default_factory=dict)
    weighs: bool = False
    """Whether each contribution counts as much as it weighs."""

    def rows(self, sums: Sums) -> list[Row]:
        """A row for each key."""
        return [self._row(key, sides) for key, sides in self.sides(sums).items()]

    def _row(self, key: str | None, sides: Sides) -> Row:
        if sides.below == 0:
            return Row(key, self.without.get(key), 0)
        low, high = wilson(sides) if self.is_share else (None, None)
        return Row(key, sides.above / sides.below, sides.below, low, high)


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of durations, in hours, for each key; of two durations in the middle their mean.

    The measures are ``<family>.<key>.<bucket>``: ``rows`` reads the buckets, which can be added and subtracted. Where the
    durations themselves can be read it is exact.
    """

    kind: ClassVar[Kind] = "distribution"
    family: str
    keys: tuple[str, ...]
    share: float

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The measures that it reads; one that ends with a dot stands for all below it."""
        return (f"{self.family}.",)

    def rows(self, sums: Sums) -> list[Row]:
        """A row for each key, from the buckets."""
        durations: dict[str, list[Sum]] = {}
        for key, found in sums.of(self.family).items():
            durations.setdefault(key.partition(".")[0], []).append(found)
        return [
            self.row(key, quantile_seconds(found, self.share), sum(one.attempts for one in found))
            for key, found in ((key, durations.get(key, [])) for key in self.keys)
        ]

    @staticmethod
    def row(key: str, seconds: float | None, n: int) -> Row:
        """The row of a quantile in seconds."""
        return Row(key, None if seconds is None else round(seconds / 3600, 4), n)


AddsUp = Counts | Total | Ratio | Quantile


def ratio_of(upper: Iterable[str], lower: Iterable[str], *, is_share: bool = True, weighs: bool = False) -> Ratio:
    """The ratio of two sums of measures, each ``<family>.<key>``; where it ``weighs``, of what their contributions weigh."""
    measures = tuple(upper), tuple(lower)
    above, below = ([one.partition(".") for one in side] for side in measures)

    def sides(sums: Sums) -> Mapping[str | None, Sides]:
        added = sums.weight if weighs else sums.count
        return {None: Sides(*(sum(added(family, key) for family, _, key in some) for some in (above, below)))}

    return Ratio(tuple(dict.fromkeys(measures[0] + measures[1])), sides, is_share, weighs=weighs)
