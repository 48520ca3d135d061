"""What a metric is: what an attempt or an item adds to it, and how sums of that become its value.

It adds contributions, each to one measure, ``<family>.<key>``, and each at the time of what it counts. Contributions
are added and subtracted and nothing else, so that sums can be kept up to date event by event and rebuilt from nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from services.analytics.dimensions import DIMENSIONS
from services.analytics.metrics.adding_up import AddsUp, Ratio
from services.analytics.metrics.contribution import Contribution
from services.analytics.metrics.subjects import DIMENSIONS_OF, LOOK_BACK, Subject
from services.analytics.metrics.sums import Sums
from shared.attempts import Attempt

__all__ = ["Contribution", "Metric"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric. To add one: a ``Metric`` in its family's file, its line in ``METRICS``, its test.

    ``contributes`` says what one attempt adds. It is pure, and its families are named as metrics are, so that no two clash. A
    metric that has none reads what others contribute. ``adds_up`` reads the metric from sums, a row for each value of ``key``,
    which tells its rows apart; None where it has one. ``per`` says where the funnel shows it: as a column of stages, as a member
    under its name, or not. ``type`` is the type it has there: the API's document is made from it. ``formula`` is the definition
    in counts of attempts.
    """

    name: str
    question: str
    unit: str
    definition: str
    formula: str
    adds_up: AddsUp
    key: str | None = None
    type: Any = float | None
    contributes: Callable[[Attempt], Iterable[Contribution]] | None = None
    per: Literal["stage", "funnel", "none"] = "none"
    of: Subject = Subject.ATTEMPT
    """What is counted: attempts, or items of a kind, which contribute what their family says."""

    @property
    def is_of_attempts(self) -> bool:
        """Whether attempts are counted."""
        return self.of is Subject.ATTEMPT

    @property
    def looks_back(self) -> bool:
        """Whether it can be counted as it was at an earlier time."""
        return self.of in LOOK_BACK

    @property
    def ripens(self) -> bool:
        """Whether what is counted may be too young to judge."""
        return self.of in {Subject.ATTEMPT, Subject.LOSS}

    @property
    def weighs(self) -> bool:
        """Whether each contribution counts as much as it weighs."""
        return isinstance(self.adds_up, Ratio) and self.adds_up.weighs

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it can be filtered and grouped by."""
        possible = DIMENSIONS_OF.get(self.of)
        return tuple(one.name for one in DIMENSIONS if possible is None or one.name in possible)

    def value(self, sums: Sums) -> Any:
        """The metric in a funnel: a number, or numbers by key. Shares have four places."""
        rows = {row.key: row.value for row in self.adds_up.rows(sums)}
        numbers = {key: round(value, 4) if isinstance(value, float) else value for key, value in rows.items()}
        return numbers[None] if self.key is None else numbers
