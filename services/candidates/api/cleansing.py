"""/v1/cleansing: people whose records are to be cleansed, and what is done with many of them at once.

What events say of people is in /v1/engagement/cleansing.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.dependencies import SettingsDep, current_time
from services.candidates.storage.cleansing import LISTS, REFERENCES, Action, CleansingAction
from services.candidates.use_cases.cleanse import MOST, Cleansed, do_action, preview_action, read_action, undo_action
from shared.errors import Invalid
from shared.ids import candidate_id
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.security.token_issuer import Scope
from shared.web.cleansing import cleansing_router
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute, name_people, request_token

lists = cleansing_router("/v1/cleansing", "candidates", LISTS, references=REFERENCES, scope=Scope.CANDIDATES_READ)
ActionId = Annotated[UUID, Path(description="The action's id.", examples=["5a0e6d0c-33a1-4c53-9a2e-0d4b7f3f9c11"])]
router = APIRouter(prefix="/v1/cleansing/actions", tags=["cleansing"], route_class=IdempotentRoute)

Reader = Annotated[Principal, requires("candidates:read")]
Cleanser = Annotated[Principal, requires("candidates:write")]
_ACTION = Field(
    description="to_pool: their tier becomes `pool`. set_aside: they leave the list for some days.", examples=["set_aside"]
)
_LIST = Field(description="The list: of its people, unless candidates are named.", examples=["incomplete"])


class NewCleansingAction(BaseModel):
    """What to do, and with whom."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"action": "set_aside", "list": "incomplete", "dry_run": True}]},
    )

    action: Annotated[Action, _ACTION]
    list: Annotated[Literal["stale", "unreachable", "incomplete"] | None, _LIST] = None
    candidates: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            max_length=MOST,
            description="Ids or references of those whom it concerns, of any list; null: all of the list.",
            examples=[["demo:ada"]],
        ),
    ] = None
    days: Annotated[int, Field(ge=1, le=3650, strict=True, description="For how long they are set aside.", examples=[90])] = 90
    dry_run: Annotated[bool, Field(description="Say whom it would concern, and do nothing.", examples=[True])] = False


class DoneCleansingAction(BaseModel):
    """An action, and whom it concerns."""

    id: Annotated[
        UUID | None,
        Field(description="By which it is undone; null in a dry run.", examples=["0b9f3c52-7c1d-4d0e-9a37-2f6f2f6f9a10"]),
    ]
    action: Annotated[Action, _ACTION]
    list: Annotated[str | None, _LIST]
    people: Annotated[int, Field(description="How many people it concerns, or would.", examples=[31])]
    candidate_ids: Annotated[
        tuple[UUID, ...],
        Field(description="These people, those who were erased since left out.", examples=[[str(candidate_id("demo:ada"))]]),
    ]
    has_more: Annotated[
        bool, Field(description=f"Whether the list holds more: {MOST:,} are done at once, and the next call does the next.")
    ]
    made_by: Annotated[str, Field(description="The token.", examples=["maria"])]
    made_at: Annotated[datetime, Field(description="When.")]
    until: Annotated[datetime | None, Field(description="Until when they are set aside.", examples=["2027-03-02T09:00:00Z"])]
    undone_at: Annotated[datetime | None, Field(description="When it was undone; null: it was not.", examples=[None])]


@router.post(
    "",
    status_code=201,
    response_model=DoneCleansingAction,
    responses={200: {"model": DoneCleansingAction, "description": "A dry run: whom it would concern."}},
)
async def do_cleansing_action(
    body: NewCleansingAction,
    request: Request,
    response: Response,
    principal: Cleanser,
    sessions: SessionsDep,
    settings: SettingsDep,
) -> Any:
    """Do something with many people of a list at once, or say whom it would concern. It can be undone.

    Whom it would not change is left out. People of engagement's lists are named one by one.
    """
    now = current_time()
    if body.list is None and (body.action == "set_aside" or body.candidates is None):
        raise Invalid.of("list", "is required to set somebody aside, and where no candidates are named")
    named = None
    if body.candidates is not None:
        named = {read_name("candidate", one, field="candidates").id for one in body.candidates}
    until = now + timedelta(days=body.days) if body.action == "set_aside" else None
    new = CleansingAction(request_token(request), body.action, body.list, principal.identity, now, until)
    if body.dry_run:
        response.status_code = 200
        shown = _shown(await preview_action(sessions, new, named)) | {"id": None}
    else:
        shown = _shown(await do_action(sessions, new, named, shards=settings.partitions))
    name_people(request, shown["candidate_ids"])
    return shown


@router.get("/{action_id}", response_model=DoneCleansingAction)
async def get_cleansing_action(action_id: ActionId, _: Reader, sessions: SessionsDep) -> Any:
    """What was done, with whom, and whether it was undone."""
    return _shown(await read_action(sessions, action_id))


@router.post("/{action_id}/undo", response_model=DoneCleansingAction)
async def undo_cleansing_action(
    action_id: ActionId, request: Request, _: Cleanser, sessions: SessionsDep, settings: SettingsDep
) -> Any:
    """Undo it: what was so before counts again, except where somebody stated something since. Again: nothing."""
    shown = _shown(await undo_action(sessions, action_id, shards=settings.partitions, now=current_time()))
    name_people(request, shown["candidate_ids"])
    return shown


def _shown(done: Cleansed) -> dict[str, Any]:
    one = done.action
    return {
        "id": one.id,
        "action": one.action,
        "list": one.list,
        "people": len(done.people),
        "candidate_ids": done.people,
        "has_more": done.has_more,
        "made_by": one.made_by,
        "made_at": one.made_at,
        "until": one.until,
        "undone_at": one.undone_at,
    }
