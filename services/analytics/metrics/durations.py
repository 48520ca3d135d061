"""Quantiles of durations from counts that can be added and subtracted.

A duration falls into a bucket by its whole minutes: one bucket a minute up to 64 minutes, then 32 buckets for each doubling. A
bucket keeps how many durations it holds and their sum, and answers with their mean; so a quantile is never further off than a
bucket is wide, which is 3 % of the duration, and is exact where each bucket holds equal durations.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.analytics.metrics.sums import Sum

EXACT_BITS = 6
STEP_BITS = EXACT_BITS - 1
LONGEST = 2**31 - 1
"""Seconds, 68 years: what is stored of a duration has four bytes."""


def seconds_between(before: datetime, after: datetime) -> int:
    """A duration in whole seconds: none where it would be negative, and no more than ``LONGEST``."""
    return min(max(0, int((after - before).total_seconds())), LONGEST)


def bucket_of(seconds: int) -> int:
    """The bucket of a duration; longer durations have higher buckets."""
    minutes = seconds // 60
    doublings = minutes.bit_length() - EXACT_BITS
    if doublings <= 0:
        return minutes
    return (doublings << STEP_BITS) + (minutes >> doublings)


def quantile_seconds(sums: Iterable[Sum], share: float) -> float | None:
    """A quantile of durations, in seconds, from sums of equal or nearly equal ones; None where there are none.

    Between two durations it lies on the line between them: ``share`` 0.5 gives the median.
    """
    ordered = sorted((found.seconds / found.attempts, found.attempts) for found in sums)
    total = sum(attempts for _, attempts in ordered)
    if total == 0:
        return None
    place = share * (total - 1)
    before = _at(ordered, int(place))
    return before + (_at(ordered, min(int(place) + 1, total - 1)) - before) * (place - int(place))


def _at(ordered: Sequence[tuple[float, int]], rank: int) -> float:
    """The duration at a rank, counted from 0."""
    seen = 0
    for duration, attempts in ordered:
        seen += attempts
        if seen > rank:
            return duration
    raise IndexError(rank)
