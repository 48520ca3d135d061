"""The funnels: of a position, and of the organisation with filters and groups."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.analytics.api.answers import Group, GroupedFunnel, OrganisationFunnel, PositionFunnel
from services.analytics.api.dependencies import FreshnessDep
from services.analytics.api.filters import DimensionName, FiltersDep, Span, SpanDep
from services.analytics.api.funnel_rows import streamed_funnels
from services.analytics.api.reading import ReadingDep
from services.analytics.api.representations import STREAMED_FUNNEL, Form, FormDep, tag_in
from services.analytics.dimensions import BY_NAME, PERIOD
from services.analytics.domain.questions import Period, Question
from services.analytics.use_cases.read_funnel import Funnel
from shared import clock
from shared.errors import Invalid
from shared.events.fields import PositionRef
from shared.security.auth import Principal, requires
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute)


@router.get("/positions/{position}/funnel", response_model=PositionFunnel, responses=STREAMED_FUNNEL)
async def get_position_funnel(
    position: Annotated[
        PositionRef, Path(description="An id or <source>:<external_id>, percent-encoded.", examples=["demo:staff-engineer"])
    ],
    _: Annotated[Principal, requires("analytics:read")],
    waited: WaitedDep,
    span: SpanDep,
    reading: ReadingDep,
    answer: Response,
    freshness: FreshnessDep,
    form: FormDep,
) -> Any:
    """The funnel of one position. A position of which nothing is known yet has a funnel of zeros.

    The ETag changes with what is counted, and with the hour: 304 costs no counting.
    """
    del waited
    now = clock.now()
    question = question_of(span, position=position)
    read = await reading.funnels(question, now, lambda tag: reading.has(tag_in(form, tag)))
    headers = _headers(tag_in(form, read.tag))
    if read.found is None:
        return Response(status_code=304, headers=headers)
    if form is not Form.JSON:
        return await streamed_funnels(form, read.found, None, headers)
    answer.headers.update(headers)
    behind = await freshness.read(reading.sessions, now=now)
    return PositionFunnel(**asked(question, now), **_numbers(read.found[0]), position_id=position, freshness=behind)


@router.get("/funnel", response_model=GroupedFunnel | OrganisationFunnel, responses=STREAMED_FUNNEL)
async def get_organisation_funnel(
    _: Annotated[Principal, requires("analytics:read")],
    waited: WaitedDep,
    span: SpanDep,
    filters: FiltersDep,
    reading: ReadingDep,
    answer: Response,
    freshness: FreshnessDep,
    form: FormDep,
    group_by: Annotated[DimensionName | None, Query(description="One funnel for each value of a dimension.")] = None,
    period: Annotated[
        Period | None, Query(description="How long a period is, a month by default; without group_by the funnel of each period.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many groups: the largest, or the latest periods.")] = 1000,
) -> Any:
    """The funnel over all positions, with any dimension as a filter, and one a group where it is asked for.

    The ETag changes with what is counted, and with the hour: 304 costs no counting.
    """
    del waited
    now = clock.now()
    if period is not None:
        group_by = group_by or DimensionName(PERIOD.name)
        if str(group_by) != PERIOD.name:
            raise Invalid.of("period", f"is not taken with group_by={group_by}: funnels are told apart by one dimension")
    grouped = () if group_by is None else (BY_NAME[str(group_by)],)
    question = question_of(span, filters=filters, group_by=grouped, period=period or Period.MONTH, limit=limit)
    read = await reading.funnels(question, now, lambda tag: reading.has(tag_in(form, tag)))
    headers = _headers(tag_in(form, read.tag))
    if read.found is None:
        return Response(status_code=304, headers=headers)
    if form is not Form.JSON:
        return await streamed_funnels(form, read.found, None if group_by is None else str(group_by), headers)
    answer.headers.update(headers)
    body = asked(question, now) | {"filters": filters, "freshness": await freshness.read(reading.sessions, now=now)}
    if group_by is None:
        return OrganisationFunnel(**body, **_numbers(read.found[0]))
    return GroupedFunnel(**body, group_by=group_by, groups=[Group(key=one.key, **_numbers(one)) for one in read.found])


def question_of(span: Span, *, position: UUID | None = None, **more: Any) -> Question:
    """The question of a span."""
    return Question(
        view=span.view, since=span.since, before=span.before, as_of=span.as_of, until=span.until, position=position, **more
    )


def asked(question: Question, now: datetime) -> dict[str, Any]:
    return {
        "view": question.view,
        "as_of": question.as_of or now,
        "until": question.until,
        "since": question.since,
        "before": question.before,
    }


def _headers(tag: str) -> dict[str, str]:
    """The tag is weak: an answer also says when it was made and how far behind it was, which the tag does not."""
    return {"ETag": f"W/{tag}", "Vary": "Authorization, Accept", "Cache-Control": "private, no-cache"}


def _numbers(funnel: Funnel) -> dict[str, Any]:
    return {"stages": funnel.stages, **funnel.values, "too_young": funnel.too_young}
