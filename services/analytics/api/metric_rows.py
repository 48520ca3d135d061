"""GET /v1/analytics/metrics/{name}: one metric, by any one or two dimensions, each a filter too."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Response

from services.analytics.api.filters import FiltersDep, SpanDep
from services.analytics.api.funnels import question_of
from services.analytics.api.metric_answers import MetricAnswer, NumberRow, Row, metric_answer, number_rows
from services.analytics.api.reading import ReadingDep
from services.analytics.api.representations import STREAMED, Form, FormDep, streamed, tag_in
from services.analytics.api.tables import Column, columns_of
from services.analytics.dimensions import BY_NAME, PERIOD, Dimension
from services.analytics.domain.questions import Period, Question
from services.analytics.metrics import BY_NAME as METRICS_BY_NAME
from services.analytics.metrics import Metric
from shared import clock
from shared.errors import Invalid, NotFound
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute)

MOST_GROUPED_BY = 2


class UnknownMetric(NotFound):
    """No metric has this name; the problem's ``possible`` lists those there are."""

    code = "unknown_metric"
    title = "There is no metric of that name"


async def _metric(
    name: Annotated[str, Path(description="The name of a metric of the registry.", examples=["reached"], max_length=100)],
) -> Metric:
    if (found := METRICS_BY_NAME.get(name)) is None:
        raise UnknownMetric(
            f"There is no metric {name!r}. There are: {', '.join(METRICS_BY_NAME)}.", extra={"possible": list(METRICS_BY_NAME)}
        )
    return found


async def _group_by(
    group_by: Annotated[
        str | None,
        Query(
            max_length=200,
            description="One or two dimensions, with a comma between them: a row for each pair of values.",
            examples=["recruiter,period"],
        ),
    ] = None,
) -> tuple[Dimension, ...]:
    names = [] if group_by is None else [name.strip() for name in group_by.split(",")]
    possible = ", ".join(BY_NAME)
    if unknown := [name for name in names if name not in BY_NAME]:
        raise Invalid.of("group_by", f"must name dimensions; {unknown[0]!r} is none of {possible}")
    if len(names) > MOST_GROUPED_BY or len(set(names)) < len(names):
        raise Invalid.of("group_by", f"must name one dimension or two different ones, of {possible}")
    return tuple(BY_NAME[name] for name in names)


def possible(metric: Metric, question: Question) -> Question:
    """The question, where the metric can answer it. Raises Invalid: what is counted may lack a dimension, or a past."""
    for name in (*question.filters, *(one.name for one in question.group_by)):
        if name not in metric.dimensions:
            rule = f"is not known of what {metric.name} counts; known are: {', '.join(metric.dimensions)}"
            raise Invalid.of(name if name in question.filters else "group_by", rule)
    if question.moment is not None and not metric.looks_back:
        field = "as_of" if question.until is None else "until"
        raise Invalid.of(field, f"is not taken by {metric.name}: of what it counts the present state alone is kept")
    return question


def _with_period(group_by: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    """The groups, and the period. Raises Invalid where these are too many."""
    if PERIOD in group_by:
        return group_by
    if len(group_by) == MOST_GROUPED_BY:
        raise Invalid.of("period", f"groups by period, beside at most one dimension of group_by; {MOST_GROUPED_BY} are given")
    return *group_by, PERIOD


MetricDep = Annotated[Metric, Depends(_metric)]
GroupByDep = Annotated[tuple[Dimension, ...], Depends(_group_by)]


@router.get("/metrics/{name}", response_model=MetricAnswer, responses=STREAMED)
async def get_metric(
    _: Annotated[Principal, requires("analytics:read")],
    waited: WaitedDep,
    metric: MetricDep,
    span: SpanDep,
    filters: FiltersDep,
    group_by: GroupByDep,
    reading: ReadingDep,
    form: FormDep,
    period: Annotated[
        Period | None,
        Query(description="How long a period is, a month by default; without period in group_by it adds that: a series."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=10_000, description="At most so many groups: the first periods, the largest.")] = 1000,
    compare: Annotated[
        Literal["before"] | None,
        Query(description="Each row with that of the span of the same length just before; needs from and to, and no periods."),
    ] = None,
) -> Response:
    """One metric: a row for each group and for each key of the metric, with sample size, and interval where it is a share.

    The ETag changes with what is counted, and with the hour, for cohorts grow old: 304 costs no counting.
    """
    del waited
    now = clock.now()
    groups = group_by if period is None else _with_period(group_by)
    question = possible(metric, question_of(span, filters=filters, group_by=groups, period=period or Period.MONTH, limit=limit))
    earlier = None if compare is None else _before(question, reading.settings.zone)

    found = await reading.metric(metric, question, now, lambda tag: reading.has(tag_in(form, tag, compare)))
    headers = {"ETag": tag_in(form, found.tag, compare), "Vary": "Authorization, Accept", "Cache-Control": "private, no-cache"}
    if found.rows is None:
        return Response(status_code=304, headers=headers)
    was = None if earlier is None else (await reading.metric(metric, earlier, now)).rows
    rows = number_rows(found.rows, was)
    if form is Form.JSON:
        return Response(metric_answer(metric, question, rows, more=found.more), media_type=form.value, headers=headers)
    return await streamed(form, _some(rows), _columns(metric, question, compare), name=metric.name, headers=headers)


def _before(question: Question, zone: ZoneInfo) -> Question:
    """The question about the span of the same length just before. Raises Invalid where there is none."""
    if question.since is None or question.before is None or PERIOD in question.group_by:
        raise Invalid.of("compare", "needs from and to, and rows that are not told apart by period")
    return replace(question.just_before(zone), limit=10_000)


def _columns(metric: Metric, question: Question, compare: str | None) -> list[Column]:
    names = [one.name for one in question.group_by]
    keys = names if metric.key is None else [*names, metric.key]
    return columns_of(NumberRow, keys=keys, without=() if compare else ("before",))


async def _some(rows: Sequence[Row]) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), 1000):
        yield rows[start : start + 1000]
