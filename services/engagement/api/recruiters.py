"""/v1/recruiters: who the codes in events stand for."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.engagement.api.dependencies import SessionsDep
from services.engagement.storage import recruiters
from shared.db.asyncpg_connection import driver
from shared.events.fields import Code
from shared.security.auth import Principal, requires
from shared.timestamps import TimeZone
from shared.web.pagination import decode_cursor, encode_cursor
from shared.web.routing import StrictRoute

router = APIRouter(prefix="/v1/recruiters", tags=["recruiters"], route_class=StrictRoute)

PURPOSE = "recruiters"

_EXAMPLE: dict[str, Any] = {"name": "Maria Keller", "role": "recruiter", "time_zone": "Europe/Berlin", "daily_limit": 40}


class RecruiterPut(BaseModel):
    """All that is kept of a recruiter; what is left out is not known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    name: Annotated[str, Field(min_length=1, max_length=200, description="Their name.", examples=["Maria Keller"])]
    role: Annotated[str | None, Field(max_length=200, description="What they do.", examples=["recruiter"])] = None
    time_zone: Annotated[
        TimeZone | None,
        Field(description="Of the day that the limit is counted over; else the organisation's.", examples=["Europe/Berlin"]),
    ] = None
    daily_limit: Annotated[
        int | None,
        Field(ge=1, le=10_000, strict=True, description="Outreach contacts a day; null: the organisation's.", examples=[40]),
    ] = None


class Recruiter(RecruiterPut):
    """An entry of the directory."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "maria", **_EXAMPLE}]})

    code: str = Field(description="What events call them.", examples=["maria"])


class RecruiterPage(BaseModel):
    """Entries by code."""

    items: list[Recruiter] = Field(description="The page.")
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.", examples=[None])


@router.get("")
async def list_recruiters(
    sessions: SessionsDep,
    _: Annotated[Principal, requires("engagement:read")],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> RecruiterPage:
    """The directory. A code that is not in it works all the same."""
    after = "" if cursor is None else decode_cursor(PURPOSE, cursor, str)
    async with sessions.begin() as session:
        found = await recruiters.after(await driver(session), after, limit + 1)
    following = encode_cursor(PURPOSE, [found[limit - 1].code]) if len(found) > limit else None
    return RecruiterPage(items=[_shown(one) for one in found[:limit]], next_cursor=following)


@router.put("/{code}", responses={201: {"model": Recruiter, "description": "The recruiter was added."}})
async def put_recruiter(
    code: Annotated[Code, Path(description="What events call them.", openapi_examples={"maria": {"value": "maria"}})],
    body: RecruiterPut,
    response: Response,
    sessions: SessionsDep,
    _: Annotated[Principal, requires("engagement:write")],
) -> Recruiter:
    """Add a recruiter to the directory (201), or replace what it says of one (200)."""
    entry = recruiters.Recruiter(code, body.name, body.role, body.time_zone, body.daily_limit)
    async with sessions.begin() as session:
        is_new = await recruiters.save(await driver(session), entry)
    response.status_code = 201 if is_new else 200
    return _shown(entry)


def _shown(entry: recruiters.Recruiter) -> Recruiter:
    return Recruiter(code=entry.code, name=entry.name, role=entry.role, time_zone=entry.time_zone, daily_limit=entry.daily_limit)
