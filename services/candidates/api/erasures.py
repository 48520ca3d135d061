"""/v1/erasures: forgetting people, and who has done so."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.candidates.api.dependencies import Cursor, FileStoreDep, Limit, SettingsDep, current_time
from services.candidates.domain import erasures as domain
from services.candidates.domain.versions import after
from services.candidates.settings import ServiceName
from services.candidates.use_cases import erase_candidate as erasing
from services.candidates.use_cases import erasures
from services.candidates.use_cases.erasures import Confirmation
from shared.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.dependencies import SessionsDep
from shared.web.idempotency import IdempotentRoute
from shared.web.pagination import decode_cursor, encode_cursor

router = APIRouter(prefix="/v1/erasures", tags=["erasures"], route_class=IdempotentRoute)

Eraser = Annotated[Principal, requires("admin", "candidates:write")]
Status = Literal["pending", "done"]
Removed = dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")], Annotated[int, Field(ge=0, le=2**53)]]
_REMOVED = Field(
    description="How many things were removed, by kind. Counts alone: never what they held.", examples=[{"deliveries": 3}]
)


class ErasureRequest(BaseModel):
    """Whom to forget."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidate: Annotated[str, Field(description="Id or reference of the person.", examples=["greenhouse:53883394"])]


class ErasureConfirmation(BaseModel):
    """That a service holds nothing of the person any more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Annotated[ServiceName, Field(description="One of the erasure's `services`.", examples=["connectors"])]
    removed: Annotated[Removed, Field(max_length=50), _REMOVED] = {}


class ErasureService(BaseModel):
    """What one service has confirmed of an erasure."""

    service: Annotated[str, Field(description="The service's name.", examples=["engagement"])]
    status: Annotated[Status, Field(description="Done once it holds nothing of the person any more.", examples=["done"])]
    confirmed_at: Annotated[datetime | None, Field(description="When it confirmed; null while it is pending.")]
    confirmed_by: Annotated[
        str | None, Field(description="The token that confirmed over HTTP; null for a service on the bus.", examples=[None])
    ]
    removed: Annotated[dict[str, int], _REMOVED]


class Erasure(BaseModel):
    """A person forgotten. It is pending until every service has confirmed that it holds nothing of the person any more."""

    id: UUID
    status: Annotated[Status, Field(description="Done once every service has confirmed.", examples=["pending"])]
    candidate_ids: Annotated[list[UUID], Field(description="All ids of the person: one for each reference that was linked.")]
    erased_at: Annotated[datetime, Field(description="From then on the person is answered 410.")]
    done_at: Annotated[datetime | None, Field(description="When the last service confirmed; null while it is pending.")]
    services: Annotated[list[ErasureService], Field(description="Who erases, `candidates` first.")]


class RequestedErasure(Erasure):
    """An erasure as it is answered to whoever asks for it."""

    after: Annotated[list[str], Field(description="What reading calls of other services wait for, with `after`.")]


class ErasurePage(BaseModel):
    """A page of erasures, the oldest first."""

    items: list[Erasure]
    next_cursor: Annotated[str | None, Field(description="Where the next page begins; null on the last one.")]


def _shown(erasure: domain.Erasure) -> dict[str, Any]:
    return {
        "id": erasure.id,
        "status": erasure.status,
        "candidate_ids": list(erasure.streams),
        "erased_at": erasure.erased_at,
        "done_at": erasure.done_at,
        "services": [
            {
                "service": one.service,
                "status": one.status,
                "confirmed_at": one.confirmed_at,
                "confirmed_by": one.confirmed_by,
                "removed": one.removed,
            }
            for one in erasure.answers
        ],
    }


@router.post(
    "",
    status_code=202,
    response_model=RequestedErasure,
    response_description="Erased here; other services have still to confirm.",
    responses={200: {"model": RequestedErasure, "description": "Erased everywhere."}},
)
async def erase_candidate(
    body: ErasureRequest,
    principal: Eraser,
    sessions: SessionsDep,
    settings: SettingsDep,
    store: FileStoreDep,
    response: Response,
) -> Any:
    """Forget a person for good; asked again, the first erasure is answered. From then on the person is answered 410.

    Records and files are gone at once. Every other service erases what it holds a moment later and confirms it: `status` is
    `pending` until all have.
    """
    erasure, versions = await erasing.erase_candidate(
        sessions,
        read_name("candidate", body.candidate),
        store=store,
        requested_by=principal.identity,
        services=settings.erasure_services,
        shards=settings.partitions,
        now=current_time(),
    )
    response.status_code = 200 if erasure.status == "done" else 202
    response.headers["Location"] = f"/v1/erasures/{erasure.id}"
    return _shown(erasure) | {"after": [after("candidate", stream, versions[stream]) for stream in sorted(versions)]}


@router.get("", response_model=ErasurePage)
async def list_erasures(
    _: Eraser,
    sessions: SessionsDep,
    *,
    status: Annotated[Status | None, Query(description="Pending or done; with `service`, at that service.")] = None,
    service: Annotated[ServiceName | None, Query(description="Erasures that this service has to confirm.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Erasures, the oldest first. What a service that is not on the bus has to do: `?status=pending&service=connectors`."""
    purpose = f"erasures {status} {service}"
    place = None
    if cursor is not None:
        place = decode_cursor(purpose, cursor, lambda erased_at, one: (datetime.fromisoformat(erased_at), UUID(one)))
    page = await erasures.list_erasures(sessions, status=status, service=service, after=place, limit=limit)
    items = [_shown(erasure) for erasure in page.items]
    return {"items": items, "next_cursor": encode_cursor(purpose, page.last) if page.last else None}


@router.get("/{erasure}", response_model=Erasure)
async def get_erasure(erasure: UUID, _: Eraser, sessions: SessionsDep) -> Any:
    """An erasure, and what each service has confirmed."""
    return _shown(await erasures.read_erasure(sessions, erasure))


@router.post("/{erasure}/confirmations", response_model=Erasure)
async def confirm_erasure(erasure: UUID, body: ErasureConfirmation, principal: Eraser, sessions: SessionsDep) -> Any:
    """Confirm that a service holds nothing of the person any more; asked again, the first confirmation stays.

    For services that do not read the bus. 422 `erasure_service_unknown` names those that the erasure waits for.
    """
    confirmation = Confirmation(body.service, body.removed, principal.identity)
    return _shown(await erasures.confirm(sessions, erasure, confirmation, now=current_time()))
