"""/v1/candidates: people's records."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ValidationError

from services.candidates.api.bodies import AsSent, ChangeReceipt, OnInvalid, read_patch, receipt
from services.candidates.api.candidate_bodies import (
    Candidate,
    CandidatePage,
    CandidatePatch,
    ChangedCandidate,
    HistoryPage,
    change_answered,
    demand_attributes_scope,
    hidden_from,
    history_shown,
    shown,
)
from services.candidates.api.candidate_filters import FiltersDep, demand_contact_scope
from services.candidates.api.candidate_search import Words, contact_asked_for, search_page
from services.candidates.api.dependencies import (
    MOST_NAMES,
    CandidateName,
    ConditionDep,
    Cursor,
    KnownDep,
    Limit,
    OtherName,
    SettingsDep,
    UpdatedSince,
    current_time,
    not_modified,
    observed_or_now,
    page_of_sync,
    read_names,
    record_response,
    redirect,
    refuse_others,
)
from services.candidates.domain.versions import Condition
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases import read_candidates
from services.candidates.use_cases.change_candidates import change_candidate
from services.candidates.use_cases.changes import Changed, RecordChange
from services.candidates.use_cases.search_candidates import count_facets
from services.candidates.use_cases.sync import sync_candidates
from services.candidates.use_cases.unlink_reference import unlink_reference as undo_link
from services.candidates.use_cases.views import CandidateView, Redirected
from shared.db.engine import Sessions
from shared.errors import FieldError
from shared.ids import spelled
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.problem_details import invalid_from
from shared.web.routing import RawRoute, StrictRoute

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=StrictRoute)

Reader = Annotated[Principal, requires("candidates:read")]
Writer = Annotated[Principal, requires("candidates:write")]

MOVED: dict[int | str, dict[str, Any]] = {308: {"description": "The id was merged; Location is the person's."}}
READ: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this version."}, **MOVED}
CHANGED: dict[int | str, dict[str, Any]] = {
    201: {"model": ChangedCandidate | ChangeReceipt, "description": "The record was created."},
    **MOVED,
}


Ids = Annotated[
    list[str] | None,
    Query(
        description=f"The records of these, ids or references, at most {MOST_NAMES}: with commas, or the parameter repeated, as "
        "references with a comma must be. A merged one is answered with the person. Takes no filter and no cursor.",
        examples=[["greenhouse:53883394", "gem:77"]],
    ),
]


@router.get("", response_model=CandidatePage, response_model_exclude_unset=True)
async def list_candidates(
    principal: Reader,
    sessions: SessionsDep,
    *,
    q: Words = None,
    filters: FiltersDep,
    facets: Annotated[bool, Query(description="Count those found by level, country, market status, tier and skill.")] = False,
    ids: Ids = None,
    updated_since: UpdatedSince = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """People's records, page by page: by filters, in the order of their ids; or by words (q), the best match first.

    Or those of up to 200 names (ids); or what changed since a time (updated_since).
    """
    demand_contact_scope(filters, principal)
    hidden = hidden_from(principal)
    if ids is not None:
        refuse_others(
            "ids", filters.given() | {"q": q, "facets": facets or None, "updated_since": updated_since, "cursor": cursor}
        )
        found = await read_candidates.find_candidates(sessions, read_names("candidate", ids))
        items = [shown(view, hidden=hidden) for view in found.items]
        return {"items": items, "next_cursor": None, "found": found.by_name}
    if updated_since is not None:
        refuse_others("updated_since", filters.given() | {"q": q, "facets": facets or None})
        purpose = f"candidates updated since {updated_since}"
        place = decode_cursor(purpose, cursor, int) if cursor is not None else 0
        changes = await sync_candidates(sessions, updated_since, after=place, limit=limit, now=current_time())
        items = [shown(view, hidden=hidden) for view in changes.items]
        gone = [{"id": one.id, "erased": one.is_erased, "linked_to": one.linked_to} for one in changes.gone]
        return page_of_sync(purpose, changes, items) | {"gone": gone}
    if q is not None and principal.may("contact_details:read") and (keys := contact_asked_for(q, filters.country)):
        q, filters = None, replace(filters, contact_keys=keys)
    if q is not None:
        return await search_page(
            sessions, spelled(q), filters, hidden, reader=principal.recruiter, facets=facets, limit=limit, cursor=cursor
        )
    purpose = f"candidates {filters}"
    after = decode_cursor(purpose, cursor, UUID) if cursor is not None else None
    page = await read_candidates.list_candidates(sessions, filters, after=after, limit=limit)
    items = [shown(view, hidden=hidden) for view in page.items]
    counted = {"facets": await count_facets(sessions, filters)} if facets else {}
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None, **counted}


@router.get("/{candidate}/history", response_model=HistoryPage, responses=MOVED)
async def list_candidate_history(
    candidate: CandidateName,
    request: Request,
    principal: Reader,
    sessions: SessionsDep,
    *,
    field: Annotated[str | None, Query(min_length=1, max_length=50)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    """Everything that was ever stated of the person's fields: value, source, when it was so and when it was received."""
    purpose = f"candidate history {candidate} {field}"
    found = await read_candidates.read_history(
        sessions,
        read_name("candidate", candidate),
        field=field,
        hidden=hidden_from(principal),
        after=_place(purpose, cursor),
        limit=limit,
    )
    if isinstance(found, Redirected):
        return redirect(request, found)
    items = [history_shown(entry) for entry in found.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, found.last) if found.last else None}


def _place(purpose: str, cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    return decode_cursor(purpose, cursor, lambda observed_at, entry: (datetime.fromisoformat(observed_at), int(entry)))


@router.get("/{candidate}", response_model=Candidate, responses=READ)
async def get_candidate(
    candidate: CandidateName, request: Request, principal: Reader, sessions: SessionsDep, condition: KnownDep
) -> Any:
    """A person's record, by id or by any of the person's references."""
    found = await read_candidates.read_candidate(sessions, read_name("candidate", candidate))
    if isinstance(found, Redirected):
        return redirect(request, found)
    return not_modified(found.tag) if condition.is_known(found.tag) else _answer(found, principal)


def _answer(view: CandidateView, principal: Principal) -> Response:
    if not principal.may("candidates:read"):
        return record_response(view, receipt(view, view.after_each))
    return record_response(view, shown(view, hidden=hidden_from(principal)))


History = Annotated[
    Literal["keep", "forget"],
    Query(
        description="forget: what the same source stated until observed_at of the fields that this request clears (null or an"
        " empty list) leaves the history too, and is not stored when it comes late. keep: the history holds it."
    ),
]


class _Options(BaseModel):
    """The query of a change."""

    on_invalid: OnInvalid = "refuse"
    history: History = "keep"


async def _declare_change(
    candidate: CandidateName,
    body: Annotated[CandidatePatch, AsSent],
    condition: ConditionDep,
    on_invalid: OnInvalid = "refuse",
    history: History = "keep",
) -> None:
    """What a change takes, for the document and the checks of the route, which reads it from the request itself."""


async def patch_candidate(request: Request) -> Response:
    """Change what is known of a person (JSON Merge Patch). A reference creates the record; unchanged content changes nothing."""
    now = current_time()
    principal: Principal = request.state.principal
    settings: CandidatesSettings = request.app.state.settings
    body, options = await _read_change(request)
    demand_attributes_scope(body, principal)
    skips_invalid = options.on_invalid == "skip"
    patch, refused = read_patch(CandidatePatch, body, skip_invalid=skips_invalid, attributes=settings.attributes)
    change = RecordChange(
        read_name("candidate", request.path_params["candidate"]),
        patch.fields(),
        observed_or_now(patch.observed_at, now),
        tuple(read_name("candidate", reference) for reference in patch.references),
        Condition(request.headers.get("if-match"), request.headers.get("if-none-match")),
        skips_invalid=skips_invalid,
        forgets_cleared=options.history == "forget",
        phone_region=settings.phone_region,
    )
    sessions: Sessions = request.app.state.sessions
    done = await change_candidate(sessions, change, stated_by=principal.identity, shards=settings.partitions, now=now)
    if isinstance(done, Redirected):
        return redirect(request, done)
    location = f"/v1/candidates/{done.view.id}" if done.is_new else None
    return record_response(done.view, _changed(done, refused, principal), location=location)


router.add_api_route(
    "/{candidate}",
    patch_candidate,
    methods=["PATCH"],
    response_model=ChangedCandidate | ChangeReceipt,
    responses=CHANGED,
    dependencies=[requires("candidates:write"), Depends(_declare_change)],
    route_class_override=RawRoute,
)


async def _read_change(request: Request) -> tuple[Any, _Options]:
    """The body as it was sent, and the query. Raises Invalid."""
    wrong: list[Any] = []
    options = _Options()
    if request.query_params:
        try:
            options = _Options.model_validate(dict(request.query_params))
        except ValidationError as error:
            wrong += error.errors(include_url=False, include_input=False)
    body = await request.json() if await request.body() else None
    if body is None:
        wrong.append({"type": "missing", "loc": ("body",), "msg": ""})
    if wrong:
        raise invalid_from(wrong)
    return body, options


def _changed(done: Changed[CandidateView], refused: Sequence[FieldError], principal: Principal) -> dict[str, Any]:
    """What a change is answered with: no more than the principal may read."""
    hidden = hidden_from(principal)
    said = change_answered(done, refused, hidden)
    if not principal.may("candidates:read"):
        return receipt(done.view, done.view.after_each, said["refused"])
    return shown(done.view, hidden=hidden) | said


@router.delete("/{candidate}/references/{reference}", response_model=Candidate | ChangeReceipt, responses=MOVED)
async def unlink_reference(
    candidate: CandidateName,
    reference: OtherName,
    request: Request,
    principal: Writer,
    sessions: SessionsDep,
    settings: SettingsDep,
    condition: ConditionDep,
) -> Any:
    """Undo the linking of a reference. Both sides have again what their own sources stated; what is left is answered."""
    found = await undo_link(
        sessions,
        read_name("candidate", candidate),
        read_name("candidate", reference, field="reference"),
        condition=condition,
        shards=settings.partitions,
        now=current_time(),
    )
    return redirect(request, found) if isinstance(found, Redirected) else _answer(found, principal)
