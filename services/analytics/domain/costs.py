"""What a question about numbers costs: the cells of its answer, as far as that is known before anything is counted. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import prod

from services.analytics.dimensions import PERIOD, POSITION, Dimension
from services.analytics.domain.columns import Columns
from services.analytics.domain.micros import moment_of
from services.analytics.domain.questions import Period, Question, View
from services.analytics.metrics import Metric, Sums
from shared.events.vocabulary import Reason

_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 28, Period.QUARTER: 90, Period.YEAR: 365}
"""How long a period is at least."""
KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is to count: about so many rows, each a person's skill, from ``first`` to ``last``.

    ``values`` says of dimensions how many values occur, with the one that is not known; of one that is not there it is not known.
    """

    rows: int
    values: Mapping[str, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Cost:
    """The cells of an answer: its groups, which are never more than the rows that are counted, by the keys of each."""

    factors: Mapping[str, int]
    """How many values each dimension has, and how many keys a group has."""
    rows: int

    @property
    def cells(self) -> int:
        """At most so many."""
        groups = prod(size for name, size in self.factors.items() if name != KEYS)
        return min(groups, max(1, self.rows)) * self.factors[KEYS]


def cost_of(question: Question, keys: int, sizes: Sizes) -> Cost:
    """What the answer to a question would hold, ``keys`` cells a group."""
    factors = {one.name: _size(one, question, sizes) for one in question.group_by}
    return Cost(factors | {KEYS: keys}, sizes.rows)


def cheaper(question: Question, keys: int, sizes: Sizes, limit: int) -> Iterator[str]:
    """What would cost no more than ``limit``, the nearest to the question first, each a sentence."""
    if PERIOD in question.group_by:
        longer = [one for one in Period if _DAYS[one] > _DAYS[question.period]]
        fits = (one for one in longer if cost_of(replace(question, period=one), keys, sizes).cells <= limit)
        if (period := next(fits, None)) is not None:
            yield f"ask with period={period}"
    factors = cost_of(question, keys, sizes).factors
    for name, size in factors.items():
        if name not in {KEYS, PERIOD.name, "skill"} and (some := size * limit // prod(factors.values())) > 0:
            yield f"filter by {name}, with at most {min(some, 100)} values"
    if PERIOD in question.group_by and (periods := factors[PERIOD.name] * limit // prod(factors.values())) > 0:
        yield f"name a span with from and to of at most {periods} periods"
    if len(question.group_by) > 1:
        alone = [one for one in question.group_by if cost_of(replace(question, group_by=(one,)), keys, sizes).cells <= limit]
        yield from (f"group by {one.name} alone" for one in alone)


def keys_of(metrics: Iterable[Metric]) -> int:
    """How many cells a group has of some metrics; of one whose keys are what occurs as many as there are reasons."""
    return sum(len(metric.adds_up.rows(Sums({}))) or len(Reason) for metric in metrics)


def sizes_of(columns: Columns, question: Question) -> Sizes:
    """How much there is in memory."""
    values = {name: len(codes) for name, codes in columns.codes.items()}
    has_skills = any(one.holds_list for one in question.group_by)
    rows = len(columns.skill.all if has_skills else columns)
    if question.view is View.ACTIVITY:
        rows *= max(1, round(len(columns.counts.code.all) / max(1, len(columns))))
    if PERIOD not in question.group_by or not len(columns):
        return Sizes(rows, values, None, None)
    first, last = columns.cohort_at.all.min(), columns.holds["last_at"].all.max()
    return Sizes(rows, values, moment_of(int(first)), moment_of(int(last)))


def _size(dimension: Dimension, question: Question, sizes: Sizes) -> int:
    """How many values a dimension may have in the answer."""
    if dimension is PERIOD:
        return _periods(question, sizes)
    if dimension is POSITION and question.position is not None:
        return 1
    known = sizes.values.get(dimension.name, 1)
    asked = question.filters.get(dimension.name)
    return known if asked is None or dimension.holds_list else min(known, len(asked))


def _periods(question: Question, sizes: Sizes) -> int:
    """How many periods the span has at most, as far as there is something in it."""
    begins = [one for one in (question.since, sizes.first) if one is not None]
    ends = [one for one in (question.before, sizes.last) if one is not None]
    if not begins or not ends:
        return 1
    return max(0, (min(ends) - max(begins)) // timedelta(days=_DAYS[question.period])) + 2
