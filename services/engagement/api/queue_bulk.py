"""/v1/queue/snoozes and /v1/queue/dismissals: many items at once, by their ids or by a filter."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.engagement.api.dependencies import SessionsDep, SettingsDep
from services.engagement.api.queue_actions import MovedQueueItem, Writer, acting
from services.engagement.api.queue_filters import Body, QueueFilters
from services.engagement.domain.queue import QueueStatus
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.finish_many import MOST, Bulk, Results, finish_many, finish_wanted
from shared import clock
from shared.db.engine import Sessions
from shared.errors import DomainError
from shared.events.fields import Code, Text
from shared.timestamps import Moment
from shared.web.idempotency import IdempotentRoute, request_token
from shared.web.problem_details import problem, request_id_of, status_of

router = APIRouter(prefix="/v1/queue", tags=["queue"], route_class=IdempotentRoute)


class QueueFilter(QueueFilters):
    """Which items, by the filters of the list; the strongest 1,000 of them."""

    status: QueueStatus = Field(QueueStatus.DUE, description="Where the items stand.")


class _Many(Body):
    recruiter: Code | None = Field(None, description="Who does it. Default: the recruiter whom the token names.")
    ids: list[UUID] | None = Field(
        None,
        min_length=1,
        max_length=MOST,
        description="The items; either these or a filter.",
        examples=[["9b8a7c6d-5e4f-5a3b-8c2d-1e0f9a8b7c6d"]],
    )
    filter: QueueFilter | None = Field(None, description="Which items; either this or their ids.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.ids is None) == (self.filter is None):
            raise ValueError("must hold either ids or filter")
        return self


class QueueSnoozes(_Many):
    """Items that are put off, and until when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"recruiter": "maria", "filter": {"reason": "salary"}, "until": "2099-01-08T08:00:00Z"}],
        }
    )

    until: Moment


class QueueDismissals(_Many):
    """Items that are taken out, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"recruiter": "maria", "filter": {"position": "demo:closed-long-ago"}, "reason": "The team was dissolved"}
            ],
        }
    )

    reason: Annotated[Text, Field(description="Why they are taken out, in words.", examples=["The team was dissolved"])]


class QueueBatchItem(BaseModel):
    """What became of one item: how it stands now, or the problem that kept it."""

    index: int
    id: UUID
    status: int = Field(description="200, or the status of the problem", examples=[200])
    answer: MovedQueueItem | None = Field(description="how the item stands now; null where there is a problem")
    problem: dict[str, object] | None


class QueueBatch(BaseModel):
    """What became of each item."""

    changed: int = Field(description="how many were put off or taken out", examples=[12])
    more: bool = Field(description="whether the filter finds further items", examples=[False])
    items: list[QueueBatchItem]


@router.post("/snoozes", status_code=207)
async def snooze_queue_items(
    request: Request, body: QueueSnoozes, sessions: SessionsDep, settings: SettingsDep, writer: Writer
) -> QueueBatch:
    """Put up to 1,000 items off, claimed or not; a status for each. What another recruiter holds is a 409 that names them."""
    bulk = Bulk(Done(Action.SNOOZED, until=body.until), acting(body.recruiter, writer), request_token(request))
    return await _answer(request, body, bulk, sessions, settings)


@router.post("/dismissals", status_code=207)
async def dismiss_queue_items(
    request: Request, body: QueueDismissals, sessions: SessionsDep, settings: SettingsDep, writer: Writer
) -> QueueBatch:
    """Take up to 1,000 items out, claimed or not; a status for each. What another recruiter holds is a 409 that names them."""
    bulk = Bulk(Done(Action.DISMISSED, note=body.reason), acting(body.recruiter, writer), request_token(request))
    return await _answer(request, body, bulk, sessions, settings)


async def _answer(request: Request, body: _Many, bulk: Bulk, sessions: Sessions, settings: EngagementSettings) -> QueueBatch:
    more, now = False, clock.now()
    if body.filter is not None:
        results, more = await finish_wanted(sessions, body.filter.wanted(body.filter.status), bulk, now=now, settings=settings)
    else:
        results = await finish_many(sessions, body.ids or (), bulk, now=now, settings=settings)
    items = [_item(at, one, results, request_id_of(request)) for at, one in enumerate(results)]
    return QueueBatch(changed=sum(item.answer is not None for item in items), more=more, items=items)


def _item(index: int, id: UUID, results: Results, request_id: str) -> QueueBatchItem:
    found = results[id]
    if isinstance(found, DomainError):
        said = problem(found, request_id=request_id)
        return QueueBatchItem(index=index, id=id, status=status_of(found), answer=None, problem=said)
    answer = MovedQueueItem(id=id, status=found.status, due_at=found.due_at)
    return QueueBatchItem(index=index, id=id, status=200, answer=answer, problem=None)
