"""/v1/exports: a copy of everything that is held of a person, for the person who asks for it."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import httpx
import orjson
from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from services.gateway.domain.personal_copy import page
from services.gateway.use_cases.copy_personal_data import copy_personal_data
from shared.naming import read_name
from shared.security.auth import requires
from shared.security.token_issuer import Scope
from shared.web.routing import StrictRoute

SECONDS = 30.0
"""How long each service may take."""

router = APIRouter(prefix="/v1/exports", tags=["exports"], route_class=StrictRoute, dependencies=[requires(Scope.ADMIN)])

_HEADERS = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class PersonalExport(BaseModel):
    """Everything that every service holds of a person."""

    candidate_id: Annotated[UUID, Field(description="Whom you asked for.")]
    candidate_ids: Annotated[list[UUID], Field(description="All ids of the person: one for each reference that is linked.")]
    references: Annotated[list[str], Field(description="What senders call the person.", examples=[["demo:ada"]])]
    made_at: Annotated[datetime, Field(description="When the services were asked.")]
    services: Annotated[
        dict[str, dict[str, list[dict[str, Any]]]],
        Field(description="Every row about the person, by service and table.", examples=[{"candidates": {"candidates": []}}]),
    ]


@router.get(
    "/{candidate}",
    response_model=PersonalExport,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "The copy, or a page of it."}},
)
async def export_personal_data(
    request: Request,
    candidate: Annotated[str, Path(description="id or <source>:<external_id>, percent-encoded", examples=["demo:ada"])],
    authorization: Annotated[str, Header(include_in_schema=False)],
    accept: Annotated[
        str, Header(description="text/html: a page for the person; anything else: JSON.", examples=["application/json"])
    ] = "application/json",
) -> Any:
    """Copy everything that is held of a person, as the law gives them a right to (Article 15 of the GDPR).

    Every table of every service that names the person is in it. Where a service does not answer, there is no copy: 503.
    """
    api: httpx.AsyncClient = request.app.state.api
    name = read_name("candidate", candidate)
    copy = await copy_personal_data(api, name, authorization=authorization, now=datetime.now(UTC))
    if "text/html" in accept:
        return HTMLResponse(page(copy), headers=_HEADERS)
    shown = {
        "candidate_id": name.id,
        "candidate_ids": list(copy.candidate_ids),
        "references": list(copy.references),
        "made_at": copy.made_at,
        "services": copy.services,
    }
    return Response(orjson.dumps(shown, option=orjson.OPT_UTC_Z), media_type="application/json", headers=_HEADERS)
