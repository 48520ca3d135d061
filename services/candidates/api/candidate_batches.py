"""POST /v1/candidates/batch: changes of many candidates in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request, Response

from services.candidates.api.bodies import AsSent, OnInvalid, read_patch
from services.candidates.api.candidate_bodies import (
    CandidateBatchItem,
    CandidateBatchResult,
    change_answered,
    demand_attributes_scope,
    hidden_from,
)
from services.candidates.api.dependencies import SettingsDep, current_time, observed_or_now
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.change_candidates import Outcome, change_candidates
from services.candidates.use_cases.changes import Changed, RecordChange
from shared.errors import DomainError, FieldError
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, name_people
from shared.web.json_body import read_json_items
from shared.web.problem_details import problem, request_id_of, status_of
from shared.web.routing import JsonRequest

MOST_ITEMS = 500
_EXAMPLE = [{"candidate": "demo:ada", "company": "Analytical Engines"}, {"candidate": "demo:grace", "title": "Data engineer"}]


class _ItemsRequest(JsonRequest):
    """A request whose items are refused one by one."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = read_json_items(await self.body())
        return self._json


class _BatchRoute(IdempotentRoute):
    reading = _ItemsRequest


router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=_BatchRoute)


@router.post(
    "/batch",
    status_code=207,
    response_model=CandidateBatchResult,
    response_description="A status for each item, in order.",
)
async def patch_candidates(
    body: Annotated[
        list[Annotated[CandidateBatchItem, AsSent]],
        Body(min_length=1, max_length=MOST_ITEMS, examples=[_EXAMPLE]),
    ],
    request: Request,
    principal: Annotated[Principal, requires("candidates:write")],
    sessions: SessionsDep,
    settings: SettingsDep,
    on_invalid: OnInvalid = "refuse",
) -> Any:
    """Change what is known of up to 500 candidates, in order and in one transaction; an invalid item hinders none of the others.

    An item is a PATCH of its candidate, with references if there are any. By id no version is demanded.
    """
    now = current_time()
    skip = on_invalid == "skip"
    read = [_read(item, now, principal, settings, skip_invalid=skip) for item in body]
    changes = [one[0] for one in read if not isinstance(one, DomainError)]
    name_people(request, {change.name.id for change in changes})
    done = iter(await change_candidates(sessions, changes, stated_by=principal.identity, shards=settings.partitions, now=now))
    results: list[dict[str, Any]] = []
    for one in read:
        outcome = one if isinstance(one, DomainError) else next(done)
        refused = [] if isinstance(one, DomainError) else one[1]
        results.append({"index": len(results), **_result(outcome, refused, request_id_of(request), principal)})
    counts = [result["status"] for result in results]
    created, updated = counts.count(201), counts.count(200)
    answer = {"created": created, "updated": updated, "invalid": len(counts) - created - updated, "items": results}
    return Response(orjson.dumps(answer), 207, media_type="application/json")


def _read(
    item: Any, now: datetime, principal: Principal, settings: CandidatesSettings, *, skip_invalid: bool
) -> tuple[RecordChange, list[FieldError]] | DomainError:
    """The change that an item states, and what it was read without; or why there is none."""
    if isinstance(item, DomainError):
        return item
    try:
        demand_attributes_scope(item, principal)
        patch, refused = read_patch(CandidateBatchItem, item, skip_invalid=skip_invalid, attributes=settings.attributes)
        name = read_name("candidate", patch.candidate)
    except DomainError as error:
        return error
    references = tuple(read_name("candidate", reference) for reference in patch.references)
    observed_at = observed_or_now(patch.observed_at, now)
    change = RecordChange(
        name, patch.fields(), observed_at, references, skips_invalid=skip_invalid, phone_region=settings.phone_region
    )
    return change, refused


def _result(outcome: Outcome, refused: Sequence[FieldError], request_id: str, principal: Principal) -> dict[str, Any]:
    if isinstance(outcome, DomainError):
        return {"status": status_of(outcome), "problem": problem(outcome, request_id=request_id)}
    assert isinstance(outcome, Changed), "without a condition a merged id speaks for the person"
    view = outcome.view
    result = {"status": 201 if outcome.is_new else 200, "id": str(view.id), "after": view.after}
    said = change_answered(outcome, refused, hidden_from(principal))
    if not principal.may("candidates:read"):
        return result | {"refused": said["refused"]}
    return result | said | {"references": view.record["references"]}
