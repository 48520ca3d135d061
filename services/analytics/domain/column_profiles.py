"""Profiles as arrays, so that the contributions of many attempts are laid out at once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from services.analytics.domain.arrays import Grown, Ints, ranges
from services.analytics.domain.profiles import Profile, is_weighed
from services.analytics.metrics.durations import EXACT_BITS, STEP_BITS

_MOST_BUCKETS = 1 << 12


class Places(NamedTuple):
    """Contributions of some attempts, in parallel: which of the attempts, the measure's code, and the place of the time."""

    row: Ints
    code: Ints
    at: Ints


class _Side:
    """The measures of all profiles, one profile after the other: their codes, and the places of their times."""

    def __init__(self) -> None:
        self._start, self._many, self._code, self._place = (Grown(np.int64) for _ in range(4))

    def add(self, codes: Sequence[int], places: Sequence[int]) -> None:
        self._start.extend([len(self._code.all)])
        self._many.extend([len(codes)])
        self._code.extend(codes)
        self._place.extend([place - 1 for place in places])

    def of(self, shapes: Ints, first: Ints) -> Places:
        """The contributions of attempts by the number of the profile of each; ``first`` is the place of its first time."""
        index, row = ranges(self._start.all[shapes], self._many.all[shapes])
        return Places(row, self._code.all[index], first[row] + self._place.all[index])


class Shapes:
    """The profiles that occurred, by number, with what counts and what lasts or weighs something apart.

    Codes of what counts are given by the caller; those of the others stand for ``names``.
    """

    def __init__(self) -> None:
        self._number: dict[int, int] = {}
        self._times = Grown(np.int64)
        self._counts, self._spans = _Side(), _Side()
        self.names: dict[str, int] = {}
        """The measures that last or weigh something, as profiles call them."""

    def known(self, profile: Profile) -> int | None:
        """The number of a profile that occurred."""
        return self._number.get(profile.id)

    def add(self, profile: Profile, counts: Sequence[int]) -> int:
        """Number a profile, with the codes of the measures that just count, in their order."""
        spans = len(profile.measures) - len(counts)
        codes = [self.names.setdefault(name, len(self.names)) for name in profile.measures[:spans]]
        self._spans.add(codes, profile.places[:spans])
        self._counts.add(counts, profile.places[spans:])
        self._times.extend([max(profile.places, default=0)])
        self._number[profile.id] = number = len(self._number)
        return number

    def spread(self, shapes: Ints) -> tuple[Places, Places]:
        """What counts and what lasts of attempts, by the profile's number of each, whose times follow each other."""
        times = self._times.all[shapes]
        first = np.cumsum(times) - times
        return self._counts.of(shapes, first), self._spans.of(shapes, first)

    def counted(self, codes: Ints, seconds: Ints) -> tuple[list[str], Ints]:
        """What measures that last are called with their buckets: the names that occur, and which of them each is."""
        names = list(self.names)
        is_duration = np.asarray([name.endswith(".") for name in names] or [False])
        bucket = np.where(is_duration[codes], buckets_of(seconds), 0)
        found, which = np.unique(codes * _MOST_BUCKETS + bucket, return_inverse=True)
        pairs = [divmod(one, _MOST_BUCKETS) for one in found.tolist()]
        return [names[code] + (str(number) if is_duration[code] else "") for code, number in pairs], which


def counts_of(profile: Profile) -> list[str]:
    """The measures of a profile that just count; those that last or weigh something come before them."""
    return [measure for measure in profile.measures if not is_weighed(measure)]


def buckets_of(seconds: Ints) -> Ints:
    """As ``metrics.durations.bucket_of``, of many."""
    minutes = seconds.astype(np.int64) // 60
    doublings = np.maximum(np.frexp(minutes.astype(np.float64))[1].astype(np.int64) - EXACT_BITS, 0)
    return np.where(doublings > 0, (doublings << STEP_BITS) + (minutes >> doublings), minutes)
