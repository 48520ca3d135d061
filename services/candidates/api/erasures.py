"""/v1/erasures: forgetting people."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.candidates.api.dependencies import SessionsDep, SettingsDep, current_time
from services.candidates.domain.versions import after
from services.candidates.storage.erasures import Erasure as Forgotten
from services.candidates.use_cases import erase_candidate as erasing
from services.candidates.use_cases.naming import read_name
from shared.security.auth import Principal, requires
from shared.web.idempotency import IdempotentRoute

router = APIRouter(prefix="/v1/erasures", tags=["erasures"], route_class=IdempotentRoute)

Eraser = Annotated[Principal, requires("admin", "candidates:write")]


class ErasureRequest(BaseModel):
    """Whom to forget, by id or reference."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidate: str


class Erasure(BaseModel):
    """An erasure. ``candidate_ids`` are all streams of the person; ``after`` is what readers wait for."""

    id: UUID
    status: Literal["done"]
    candidate_ids: list[UUID]
    erased_at: datetime
    after: list[str] = []


def _shown(erasure: Forgotten) -> dict[str, Any]:
    return {
        "id": erasure.id,
        "status": "done",
        "candidate_ids": list(erasure.streams),
        "erased_at": erasure.erased_at,
    }


@router.post("", response_model=Erasure)
async def erase_candidate(body: ErasureRequest, principal: Eraser, sessions: SessionsDep, settings: SettingsDep) -> Any:
    """Forget a person for good; asked again, the first erasure is answered. From then on the person is answered 410."""
    erasure, versions = await erasing.erase_candidate(
        sessions,
        read_name("candidate", body.candidate),
        requested_by=principal.identity,
        shards=settings.partitions,
        now=current_time(),
    )
    return _shown(erasure) | {"after": [after("candidate", stream, versions[stream]) for stream in sorted(versions)]}


@router.get("/{erasure}", response_model=Erasure)
async def get_erasure(erasure: UUID, _: Eraser, sessions: SessionsDep) -> Any:
    """The status of an erasure."""
    return _shown(await erasing.read_erasure(sessions, erasure))
