"""What many attempts have in common is kept once: the names of their measures, and which of them are at the same time.

An attempt's contributions are its profile, its times, each once, and the seconds of those that last or weigh something; a
duration's bucket follows from its seconds. Few profiles occur, so that an attempt takes a third of what the names alone would.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import md5
from typing import NamedTuple

from services.analytics.metrics import METRICS, Quantile
from services.analytics.metrics.durations import bucket_of

DURATIONS = frozenset(metric.adds_up.family for metric in METRICS if isinstance(metric.adds_up, Quantile))
"""The families of measures that are durations."""
WEIGHED = DURATIONS | {prefix.partition(".")[0] for metric in METRICS if metric.weighs for prefix in metric.adds_up.prefixes}
"""The families of measures whose contributions do not just count."""


class Profile(NamedTuple):
    """Measures, those that last or weigh something first, and for each the place of its time among the attempt's, from 1.

    A measure that ends with a dot is of durations: its bucket follows. ``id`` is made of the content, the same everywhere.
    """

    id: int
    measures: tuple[str, ...]
    places: tuple[int, ...]

    def counted(self, seconds: Sequence[int]) -> list[str]:
        """The measures as counters and sums call them: with the buckets of the seconds, which are those of the first."""
        measures = list(self.measures)
        for place, lasted in enumerate(seconds):
            if measures[place].endswith("."):
                measures[place] += str(bucket_of(lasted))
        return measures


class Profiled(NamedTuple):
    """The contributions of an attempt. Times are microseconds since 1970, UTC."""

    profile: Profile
    times: list[int]
    seconds: list[int]


def profiled(measures: Sequence[str], ats: Sequence[int], seconds: Sequence[int]) -> Profiled:
    """The contributions of an attempt, given as measures, times and seconds in parallel."""
    names: list[str] = []
    others: list[str] = []
    moments: list[int] = []
    later: list[int] = []
    lasting: list[int] = []
    for measure, at, lasted in zip(measures, ats, seconds, strict=True):
        if (name := _weighed(measure)) is None:
            others.append(measure)
            later.append(at)
        else:
            names.append(name)
            moments.append(at)
            lasting.append(lasted)
    place_of: dict[int, int] = {}
    places = tuple([place_of.setdefault(at, len(place_of) + 1) for at in moments + later])
    return Profiled(profile_of((*names, *others), places), list(place_of), lasting)


@lru_cache(maxsize=1 << 14)
def with_more(profile: Profile, measure: str, *, at: str) -> Profile:
    """A profile with one more measure, that just counts, at the time of one that it has."""
    return profile_of((*profile.measures, measure), (*profile.places, profile.places[profile.measures.index(at)]))


def is_weighed(measure: str) -> bool:
    """Whether what is contributed to a measure lasts or weighs something."""
    return measure.partition(".")[0] in WEIGHED


@lru_cache(maxsize=1 << 14)
def _weighed(measure: str) -> str | None:
    """How a measure that lasts or weighs something is called in a profile; None for one that just counts."""
    if not is_weighed(measure):
        return None
    return measure.rpartition(".")[0] + "." if measure.partition(".")[0] in DURATIONS else measure


@lru_cache(maxsize=1 << 16)
def profile_of(measures: tuple[str, ...], places: tuple[int, ...]) -> Profile:
    """The profile of this content. The migration that made the first ones spells the same in SQL."""
    content = f"{','.join(measures)} {','.join(map(str, places))}"
    digest = md5(content.encode(), usedforsecurity=False).digest()
    return Profile(int.from_bytes(digest[:8], "big", signed=True), measures, places)
