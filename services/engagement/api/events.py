"""POST /v1/events: what happened, one CloudEvent or a batch of them."""

from collections.abc import Sequence

import orjson
from fastapi import APIRouter, Request, Response

from services.engagement.api.answers import EventBatchResult, StoredEvent, batch_answer, single_answer
from services.engagement.api.event_reading import PLAIN, Read, read_body, read_item
from services.engagement.api.event_schema import request_body
from services.engagement.domain.incoming import Incoming
from services.engagement.domain.outcomes import Accepted, Refused
from services.engagement.use_cases.event_batcher import EventBatcher
from shared import clock
from shared.errors import DomainError
from shared.events.fields import code_or_none
from shared.observability.tracing import current_traceparent
from shared.security.auth import Principal, requires
from shared.web.idempotency import IdempotentRoute, name_people
from shared.web.problem_details import request_id_of
from shared.web.routing import RawRoute


class DirectRoute(IdempotentRoute, RawRoute):
    """Checks token, scope, query and Idempotency-Key as every route does, then hands over the request as it is."""


router = APIRouter(prefix="/v1/events", tags=["events"], route_class=DirectRoute)


@router.post(
    "",
    status_code=201,
    response_model=StoredEvent,
    responses={
        200: {"model": StoredEvent, "description": "The same event again, answered as the first time."},
        207: {"model": EventBatchResult, "description": "A batch: a status for each event, in order."},
    },
    openapi_extra={"requestBody": request_body()},
    dependencies=[requires("engagement:write")],
)
async def post_events(request: Request) -> Response:
    """Record what happened. 201 once committed; 200 for a repeat; 409 for other content under the same source and id.

    A batch is answered 207 with a status for each event, in order; a bad one does not hinder the others.
    """
    batcher: EventBatcher = request.app.state.batcher
    now = clock.now()
    content_type = request.headers.get("content-type", "")
    items, is_array = read_body(await request.body(), content_type)
    _hold_to_recruiter(request.state.principal, items)
    strict = content_type.partition(";")[0].strip().lower() != PLAIN
    traceparent = current_traceparent()
    read: list[Read] = [read_item(item, now=now, specversion_needed=strict, traceparent=traceparent) for item in items]
    if not is_array and isinstance(read[0], DomainError):
        raise read[0]
    events = [one for one in read if isinstance(one, Incoming)]
    name_people(request, {one.candidate_id for one in events})  # what refuses an item may repeat what it says of a person
    outcomes = await batcher.ingest(events) if events else []
    if not is_array:
        status, body = single_answer(outcomes[0])
        return _json(status, body)
    remaining = iter(outcomes)
    answers: list[Accepted | DomainError] = []
    for one in read:
        outcome = next(remaining) if isinstance(one, Incoming) else Refused(one)
        answers.append(outcome.error if isinstance(outcome, Refused) else outcome)
    return _json(207, batch_answer(answers, request_id=request_id_of(request)))


def _hold_to_recruiter(principal: Principal, items: Sequence[object]) -> None:
    """Raise Forbidden where a token that names a recruiter posts what another one did."""
    if principal.recruiter is None:
        return
    for item in items:
        data = item.get("data") if isinstance(item, dict) else None
        principal.acting_as(code_or_none(data.get("recruiter")) if isinstance(data, dict) else None)


def _json(status: int, body: object) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")
