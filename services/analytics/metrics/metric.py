"""What a metric is: what an attempt adds to it, and how sums of that become its value.

An attempt adds contributions, each to one measure, ``<family>.<key>``, and each at the time of what it counts. Contributions
are added and subtracted and nothing else, so that sums can be kept up to date event by event and rebuilt from nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from services.analytics.dimensions import DIMENSIONS
from shared.attempts import Attempt


class Contribution(NamedTuple):
    """One attempt's share in one measure: counts 1, and ``seconds`` where the measure is of durations."""

    measure: str
    at: datetime
    """When what it counts happened, in UTC: the activity view's time."""
    seconds: int = 0


class Sum(NamedTuple):
    """What contributions to one measure add up to."""

    attempts: int
    seconds: int = 0


class Sums:
    """Sums by measure; a measure nobody contributed to is 0."""

    def __init__(self, sums: Mapping[str, Sum]) -> None:
        self._families: dict[str, dict[str, Sum]] = {}
        for measure, found in sums.items():
            if found.attempts:
                family, _, key = measure.partition(".")
                self._families.setdefault(family, {})[key] = found

    def of(self, family: str) -> Mapping[str, Sum]:
        """The sums of a family by key."""
        return self._families.get(family, {})

    def count(self, family: str, key: str) -> int:
        """How often ``<family>.<key>`` was contributed to."""
        found = self._families.get(family, {}).get(key)
        return 0 if found is None else found.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric of attempts. To add one: a ``Metric`` in its family's file, its line in ``METRICS``, its test.

    ``contributes`` says what one attempt adds. It is pure, and its families are named as metrics are, so that no two clash.
    ``value`` reads the metric from sums. A metric ``per`` stage gives a value for each stage, keyed by stage; any other metric
    is a member of the funnel under its name. ``type`` is the type of the value: the API's document is made from it.
    """

    name: str
    question: str
    unit: str
    definition: str
    value: Callable[[Sums], Any]
    type: Any
    contributes: Callable[[Attempt], Iterable[Contribution]] = lambda _: ()
    per: Literal["stage", "funnel"] = "funnel"
    dimensions: tuple[str, ...] = tuple(one.name for one in DIMENSIONS)
