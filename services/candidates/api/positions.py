"""/v1/positions: openings."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.candidates.api.bodies import AsSent, ChangeReceipt, OnInvalid, Skill, change_shown, read_patch, receipt
from services.candidates.api.candidate_bodies import HistoryPage, history_shown
from services.candidates.api.dependencies import (
    MOST_NAMES,
    ConditionDep,
    Cursor,
    KnownDep,
    Limit,
    PositionName,
    SettingsDep,
    UpdatedSince,
    current_time,
    not_modified,
    observed_or_now,
    page_of_sync,
    read_names,
    record_response,
    refuse_others,
)
from services.candidates.api.position_bodies import ChangedPosition, Position, PositionPage, PositionPatch, shown
from services.candidates.use_cases import read_positions
from services.candidates.use_cases.change_position import change_position
from services.candidates.use_cases.changes import RecordChange
from services.candidates.use_cases.sync import sync_positions
from services.candidates.use_cases.views import RecordView
from shared.errors import Invalid
from shared.events.fields import Code
from shared.events.vocabulary import Level, PositionStatus
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.timestamps import CLOCK_SKEW
from shared.web.dependencies import SessionsDep
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/positions", tags=["positions"], route_class=StrictRoute)

Reader = Annotated[Principal, requires("candidates:read")]
Writer = Annotated[Principal, requires("candidates:write")]

Ids = Annotated[
    list[str] | None,
    Query(
        description=f"The records of these, ids or references, at most {MOST_NAMES}: with commas, or the parameter repeated. "
        "Takes no filter and no cursor.",
        examples=[["demo:staff-engineer", "demo:designer"]],
    ),
]
READ: dict[int | str, dict[str, Any]] = {304: {"description": "The caller has this version."}}
CHANGED: dict[int | str, dict[str, Any]] = {
    201: {"model": ChangedPosition | ChangeReceipt, "description": "The record was created."},
}


@router.get("", response_model=PositionPage, response_model_exclude_unset=True)
async def list_positions(
    _: Reader,
    sessions: SessionsDep,
    *,
    status: PositionStatus | None = None,
    level: Level | None = None,
    skill: Annotated[Skill | None, Query()] = None,
    sponsor: Annotated[Code | None, Query()] = None,
    ids: Ids = None,
    updated_since: UpdatedSince = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Positions, page by page.

    Or those of up to 200 names (ids), as far as they are known; or what changed since a time (updated_since).
    """
    equal = {"status": status, "level": level, "sponsor": sponsor}
    if ids is not None:
        refuse_others("ids", equal | {"skill": skill, "updated_since": updated_since, "cursor": cursor})
        found = await read_positions.find_positions(sessions, read_names("position", ids))
        return {"items": [shown(view) for view in found], "next_cursor": None}
    if updated_since is not None:
        refuse_others("updated_since", equal | {"skill": skill})
        purpose = f"positions updated since {updated_since}"
        place = decode_cursor(purpose, cursor, int) if cursor is not None else 0
        changes = await sync_positions(sessions, updated_since, after=place, limit=limit, now=current_time())
        return page_of_sync(purpose, changes, [shown(view) for view in changes.items])
    purpose = f"positions {skill} {sorted(equal.items())}"
    after = decode_cursor(purpose, cursor, UUID) if cursor is not None else None
    page = await read_positions.list_positions(sessions, skill=skill, equal=equal, after=after, limit=limit)
    items = [shown(view) for view in page.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None}


@router.get("/{position}/history", response_model=HistoryPage)
async def list_position_history(
    position: PositionName,
    _: Reader,
    sessions: SessionsDep,
    *,
    field: Annotated[str | None, Query(min_length=1, max_length=50)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Any:
    """Everything that was ever stated of the position's fields: value, source, when it was so and when it was received."""
    purpose = f"position history {position} {field}"
    after = None
    if cursor is not None:
        after = decode_cursor(purpose, cursor, lambda observed_at, entry: (datetime.fromisoformat(observed_at), int(entry)))
    page = await read_positions.read_position_history(
        sessions, read_name("position", position), field=field, after=after, limit=limit
    )
    items = [history_shown(entry) for entry in page.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None}


@router.get("/{position}", response_model=Position, responses=READ)
async def get_position(position: PositionName, _: Reader, sessions: SessionsDep, condition: KnownDep) -> Any:
    """A position's record, by id or reference."""
    view = await read_positions.read_position(sessions, read_name("position", position))
    return not_modified(view.tag) if condition.is_known(view.tag) else _answer(view)


def _answer(view: RecordView) -> Response:
    return record_response(view, shown(view))


@router.patch(
    "/{position}",
    response_model=ChangedPosition | ChangeReceipt,
    responses=CHANGED,
)
async def patch_position(
    position: PositionName,
    body: Annotated[PositionPatch, AsSent],
    principal: Writer,
    sessions: SessionsDep,
    settings: SettingsDep,
    condition: ConditionDep,
    on_invalid: OnInvalid = "refuse",
) -> Any:
    """Change what is known of a position (JSON Merge Patch). A reference creates the record."""
    now = current_time()
    skip = on_invalid == "skip"
    patch, refused = read_patch(PositionPatch, body, skip_invalid=skip)
    if patch.closed_at is not None and patch.closed_at > now + CLOCK_SKEW:
        raise Invalid.of("closed_at", "must not lie in the future")
    observed_at = observed_or_now(patch.observed_at, now)
    change = RecordChange(read_name("position", position), patch.fields(), observed_at, condition=condition, skips_invalid=skip)
    done = await change_position(sessions, change, stated_by=principal.identity, shards=settings.partitions, now=now)
    said = change_shown(done, refused)
    may_read = principal.may("candidates:read")
    body_shown = shown(done.view) | said if may_read else receipt(done.view, [done.view.after], said["refused"])
    return record_response(done.view, body_shown, location=f"/v1/positions/{done.view.id}" if done.is_new else None)
