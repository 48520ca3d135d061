"""Medians of durations from counts that can be added and subtracted.

A duration falls into a bucket by its whole minutes: one bucket a minute up to 64 minutes, then 32 buckets for each doubling. A
bucket keeps how many durations it holds and their sum, and answers with their mean; so a median is exact while a bucket holds
equal durations or one, and never further off than a bucket is wide, which is 3 % of the duration.
"""

from collections.abc import Mapping

from services.analytics.metrics.metric import Sum

_EXACT_BITS = 6
_STEP_BITS = _EXACT_BITS - 1


def bucket_of(seconds: int) -> int:
    """The bucket of a duration; longer durations have higher buckets."""
    minutes = seconds // 60
    doublings = minutes.bit_length() - _EXACT_BITS
    if doublings <= 0:
        return minutes
    return (doublings << _STEP_BITS) + (minutes >> doublings)


def median_seconds(buckets: Mapping[int, Sum]) -> float | None:
    """The median of the durations in the buckets, in seconds; None where there are none."""
    total = sum(found.attempts for found in buckets.values())
    if total == 0:
        return None
    return (_at(buckets, (total - 1) // 2) + _at(buckets, total // 2)) / 2


def _at(buckets: Mapping[int, Sum], rank: int) -> float:
    """The duration at a rank, counted from 0 in ascending order."""
    seen = 0
    for bucket in sorted(buckets):
        found = buckets[bucket]
        seen += found.attempts
        if seen > rank:
            return found.seconds / found.attempts
    raise IndexError(rank)
