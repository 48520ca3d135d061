"""GET /v1/analytics/metrics/{name}/members: the attempts behind a number."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from services.analytics.api.dependencies import ExportsDep, SessionsDep, SettingsDep
from services.analytics.api.filters import FiltersDep, SpanDep
from services.analytics.api.funnels import question_of
from services.analytics.api.metric_rows import MetricDep, possible
from services.analytics.api.representations import STREAMED, Form, FormDep, streamed
from services.analytics.api.tables import columns_of
from services.analytics.domain.micros import moment_of
from services.analytics.storage.items import ItemRow
from services.analytics.storage.members import MemberRow, Place
from services.analytics.use_cases.list_members import all_behind, list_items, list_members
from shared import clock
from shared.errors import Invalid
from shared.security.auth import Principal, requires
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute
from shared.web.waiting import WaitedDep

router = APIRouter(prefix="/v1/analytics", tags=["analytics"], route_class=StrictRoute)

STREAMED_AT_ONCE = 2000
MOST_ATTEMPTS = 10_000
"""No person has so many attempts at a position."""


class Contributed(BaseModel):
    """What an attempt adds to the number."""

    measure: str = Field(description="What is counted: <family>.<key>.", examples=["reached.hired"])
    at: datetime = Field(description="When it happened.")


class MetricMember(BaseModel):
    """One attempt behind a number, or one person, obligation, breach, event."""

    person_id: UUID
    position_id: UUID | None = Field(description="null where what is counted is of no position.")
    attempt: int | None = Field(
        description="Which attempt of the person for the position, from 1; null where no attempts are counted.", examples=[1]
    )
    item_id: UUID | None = Field(
        description="The obligation, the breach, the event that is counted; null where attempts are.",
        examples=["0190f7a2-3b5e-5c1d-8a64-2f1f6f3f2a11"],
    )
    cohort_at: datetime | None = Field(
        description="An attempt's first touch, or its first fact where there was none; of others when they began."
    )
    origin: str | None = Field(description="inbound or outbound.", examples=["outbound"])
    recruiter: str | None
    via: str | None
    channel: str | None
    sender_role: str | None = Field(description="The role of who made the first touch.", examples=["recruiter"])
    adds: list[Contributed] = Field(description="What it adds to the number; of a ratio, to either side.")
    timeline: str = Field(
        description="Where everything that is known of the person is read.",
        examples=["/v1/timelines/0190f7a2-3b5e-5c1d-8a64-2f1f6f3f2a11"],
    )


class MetricMembers(BaseModel):
    """A page of the attempts behind a number, in the order of their ids."""

    items: list[MetricMember]
    next_cursor: str | None


@router.get("/metrics/{name}/members", response_model=MetricMembers, responses=STREAMED)
async def list_metric_members(
    _: Annotated[Principal, requires("analytics:read")],
    waited: WaitedDep,
    metric: MetricDep,
    span: SpanDep,
    filters: FiltersDep,
    sessions: SessionsDep,
    settings: SettingsDep,
    form: FormDep,
    turns: ExportsDep,
    key: Annotated[
        str | None,
        Query(max_length=100, description="One key of the metric: a stage, a reason, an outcome.", examples=["hired"]),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many a page holds.")] = 100,
    cursor: Annotated[str | None, Query(max_length=1000, description="The next_cursor of the page before.")] = None,
    behind: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Go on behind this row, the last that came of an export which broke off: its person_id, then position_id "
            "and attempt, or item_id, with commas between them.",
            examples=["0190f7a2-3b5e-5c1d-8a64-2f1f6f3f2a11,0190f7a2-3b5e-5c1d-8a64-2f1f6f3f2a12,1"],
        ),
    ] = None,
) -> Response:
    """The attempts behind a number: filters as of the metric, and its row's key.

    All are streamed in other forms than JSON, as one state of the database has them.
    """
    del waited
    if key is not None and metric.key is None:
        raise Invalid.of("key", f"is not taken by {metric.name}, which is one number")
    now = clock.now()
    question = possible(metric, question_of(span, filters=filters))
    purpose = f"members {metric.name} {key} {replace(question, limit=0)}"

    async def attempts(after: Place | None, size: int) -> Sequence[MetricMember]:
        found = await list_members(sessions, metric, question, key=key, after=after, limit=size, ghost_after=settings.ghost_after)
        return list(map(_member, found))

    async def others(after: tuple[UUID, UUID] | None, size: int) -> Sequence[MetricMember]:
        found = await list_items(
            sessions, metric, question, key=key, after=after, limit=size, now=now, ghost_after=settings.ghost_after
        )
        return list(map(_item, found))

    page: Any = attempts if metric.is_of_attempts else others
    place = _place if metric.is_of_attempts else _item_place
    after = None if cursor is None else decode_cursor(purpose, cursor, place)
    after = after if behind is None else _row(behind, place)
    if form is not Form.JSON:
        everything = all_behind(
            sessions,
            metric,
            question,
            key=key,
            after=after,
            size=STREAMED_AT_ONCE,
            now=now,
            ghost_after=settings.ghost_after,
            turns=turns,
        )
        rows = _all_of(everything, _member if metric.is_of_attempts else _item)
        headers = {"Vary": "Authorization, Accept"}
        return await streamed(form, rows, columns_of(MetricMember), name=f"{metric.name}-members", headers=headers)
    found = await page(after, limit + 1)
    more = len(found) > limit
    body = MetricMembers(
        items=found[:limit],
        next_cursor=encode_cursor(purpose, [str(part) for part in _place_of(found[limit - 1])]) if more else None,
    )
    return Response(body.model_dump_json(), media_type=form.value, headers={"Vary": "Authorization, Accept"})


def _place(person: str, position: str, number: str) -> Place:
    return UUID(person), UUID(position), int(number)


def _item_place(person: str, item: str) -> tuple[UUID, UUID]:
    return UUID(person), UUID(item)


def _place_of(one: MetricMember) -> tuple[object, ...]:
    """Where a page that ends with this one ends."""
    if one.item_id is not None:
        return one.person_id, one.item_id
    return one.person_id, one.position_id, one.attempt


def _row(behind: str, place: Callable[..., Any]) -> Any:
    """The place of a row. Raises Invalid."""
    rule = "must be person_id,position_id,attempt or person_id,item_id of a row of this list"
    try:
        found = place(*behind.split(","))
    except (TypeError, ValueError) as error:
        raise Invalid.of("behind", rule) from error
    if isinstance(found[-1], int) and not 0 < found[-1] <= MOST_ATTEMPTS:
        raise Invalid.of("behind", rule)
    return found


async def _all_of(rows: AsyncIterator[Sequence[Any]], written: Callable[[Any], MetricMember]) -> AsyncIterator[Any]:
    async for some in rows:
        yield [written(one).model_dump() for one in some]


def _member(one: MemberRow) -> MetricMember:
    return MetricMember(
        person_id=one.person,
        position_id=one.position,
        attempt=one.number,
        item_id=None,
        cohort_at=one.cohort_at,
        origin=one.origin,
        recruiter=one.recruiter,
        via=one.via,
        channel=one.channel,
        sender_role=one.sender_role,
        adds=_adds(one.measures, one.ats),
        timeline=f"/v1/timelines/{one.person}",
    )


def _item(one: ItemRow) -> MetricMember:
    return MetricMember(
        person_id=one.person,
        position_id=one.position,
        attempt=None,
        item_id=one.id,
        cohort_at=one.began_at,
        origin=None,
        recruiter=one.recruiter,
        via=None,
        channel=one.channel,
        sender_role=None,
        adds=_adds(one.measures, one.ats),
        timeline=f"/v1/timelines/{one.person}",
    )


def _adds(measures: Sequence[str], ats: Sequence[int]) -> list[Contributed]:
    return [
        Contributed(measure=measure, at=moment_of(at))
        for measure, at in sorted(zip(measures, ats, strict=True), key=lambda pair: (pair[1], pair[0]))
    ]
