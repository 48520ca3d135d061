"""The body of one metric's numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, Field

from services.analytics.api.answers import FILTERED_BY
from services.analytics.domain.questions import Period, Question, View
from services.analytics.metrics import Metric
from services.analytics.metrics.adding_up import Kind
from services.analytics.use_cases.read_metric import MetricRow

Row = dict[str, Any]
"""A ``NumberRow`` as it is sent."""


class Earlier(BaseModel):
    """A number of the span before."""

    value: float | None = Field(description="null where there was nothing to count or to divide by.", examples=[0.2])
    n: int = Field(description="How many it rests on.", examples=[40])


class NumberRow(BaseModel):
    """One number: of a group, and of a key of the metric where it has keys."""

    key: dict[str, str | None] = Field(
        description="The group's value of each dimension, null where it is not known, and the metric's own key. A period is "
        "named by its first day."
    )
    value: float | None = Field(description="null where there is nothing to count or to divide by.")
    n: int = Field(description="How many attempts, durations or events the value rests on; of a ratio its lower side.")
    low: float | None = Field(description="The lower end of Wilson's interval of 95 %; null where the value is no share.")
    high: float | None = Field(description="Its upper end.")
    small: bool = Field(description="Whether n is below 30: the value may be chance.")
    too_young: bool = Field(description="Whether it takes in cohorts younger than the ghosting interval.")
    mature: float = Field(description="The share of the group that is old enough to judge, 0 to 1.")
    before: Earlier | None = Field(
        None,
        description="With compare=before: the same number of the span of the same length just before, where there was one.",
    )


class MetricAnswer(BaseModel):
    """The numbers of one metric."""

    view: View
    since: datetime | None = Field(None, serialization_alias="from", description="Where the span begins; included.")
    before: datetime | None = Field(None, serialization_alias="to", description="Where the span ends; not included.")
    as_of: datetime | None = Field(None, description="Only what had been received by then is counted; null for all.")
    until: datetime | None = Field(None, description="Only what had happened by then is counted; null for all.")

    metric: str = Field(description="The name of the metric.", examples=["hire_rate"])
    unit: str = Field(description="What the values are counted in.", examples=["ratio, 0 to 1"])
    adds_up: Kind = Field(description="Whether the values are counts, ratios or quantiles of a distribution.", examples=["ratio"])
    filters: dict[str, list[str]] = FILTERED_BY
    group_by: list[str]
    period: Period | None = Field(description="How long a period is; null where none is grouped by.")
    rows: list[NumberRow] = Field(description="Periods in order of time, other groups the largest first.")
    more: bool = Field(description="Whether there are more groups than the limit.")


def metric_answer(metric: Metric, question: Question, rows: Sequence[Row], *, more: bool) -> bytes:
    """The answer to a question about a metric, a ``MetricAnswer`` as JSON. Rows may be many: they are not validated."""
    names = [dimension.name for dimension in question.group_by]
    answer = MetricAnswer(
        view=question.view,
        since=question.since,
        before=question.before,
        as_of=question.as_of,
        until=question.until,
        metric=metric.name,
        unit=metric.unit,
        adds_up=metric.adds_up.kind,
        filters={name: list(values) for name, values in question.filters.items()},
        group_by=names,
        period=question.period if "period" in names else None,
        rows=[],
        more=more,
    )
    return orjson.dumps(answer.model_dump(mode="json", by_alias=True) | {"rows": rows})


def number_rows(rows: Sequence[MetricRow], earlier: Sequence[MetricRow] | None) -> list[Row]:
    """The rows of the answer, each a ``NumberRow``, with that of the span before where that was read."""
    found = list(map(_number_row, rows))
    if earlier is not None:
        known = {frozenset(one["key"].items()): one for one in map(_number_row, earlier)}
        for one in found:
            if (was := known.get(frozenset(one["key"].items()))) is not None:
                one["before"] = {"value": was["value"], "n": was["n"]}
    return found


def _number_row(one: MetricRow) -> Row:
    """One row of the answer; values have four places."""
    value, n, low, high = one.row.value, one.row.n, one.row.low, one.row.high
    return {
        "key": one.key,
        "value": None if value is None else round(float(value), 4),
        "n": n,
        "low": None if low is None else round(low, 4),
        "high": None if high is None else round(high, 4),
        "small": one.small,
        "too_young": one.too_young,
        "mature": round(one.mature, 4),
        "before": None,
    }
