"""/session: the session of a browser that shows the dashboard. For that page and the proxy alone, so no document describes it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from services.gateway.api.dependencies import DeskDep
from services.gateway.browser_sessions import BrowserSessions, csrf_of, hold_against_other_sites
from services.gateway.domain.roles import SCOPES, Person, Role
from services.gateway.use_cases import log_in as logging_in
from shared.security.auth import Unauthenticated
from shared.web.dependencies import of_state
from shared.web.routing import OpenRoute

router = APIRouter(prefix="/session", route_class=OpenRoute, include_in_schema=False)

SessionsDep = Annotated[BrowserSessions, Depends(of_state("browser_sessions", BrowserSessions))]


class LogIn(BaseModel):
    """The one-time code of a link."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=200)


class Session(BaseModel):
    """Who is logged in, what they may, and what their changing calls send as ``X-CSRF-Token``."""

    role: Role
    recruiter: str | None
    scopes: list[str]
    csrf: str
    expires_at: datetime
    time_zone: str


@router.post("")
async def log_in(body: LogIn, request: Request, response: Response, desk: DeskDep, browsers: SessionsDep) -> Session:
    """Begin a session. The code is used up."""
    key, person = await logging_in.log_in(desk.sessions, body.code, now=datetime.now(UTC))
    set_cookie(response, browsers, key, is_secure=desk.settings.public_url.startswith("https:"))
    return _shown(request, key, person)


@router.get("")
async def get_session(request: Request, browsers: SessionsDep) -> Session:
    """Who is logged in. 401 where nobody is."""
    key, person = await _current(request, browsers)
    return _shown(request, key, person)


@router.delete("", status_code=204)
async def log_out(request: Request, response: Response, desk: DeskDep, browsers: SessionsDep) -> None:
    """End the session."""
    key, _ = await _current(request, browsers)
    hold_against_other_sites(request.method, key, request.headers.get("x-csrf-token", ""))
    await logging_in.log_out(desk.sessions, key)
    browsers.forget(key)
    response.delete_cookie(browsers.cookie, httponly=True, samesite="strict")


@router.get("/authorization")
async def authorize(request: Request, browsers: SessionsDep) -> Response:
    """For the proxy, which asks before it hands a call on: the token that the call's session stands for, as ``Authorization``.

    Without a session the call goes on without a token; the service that it is for answers it. 404 where there is no proxy: a
    page must never see a token.
    """
    if not request.app.state.is_behind_proxy:
        raise HTTPException(404)
    key = browsers.key_in(request.headers.get("cookie", ""))
    if key is None:
        return Response(status_code=204)
    hold_against_other_sites(request.headers.get("x-original-method", "POST"), key, request.headers.get("x-csrf-token", ""))
    token = await browsers.token(key)
    return Response(status_code=204, headers={} if token is None else {"Authorization": f"Bearer {token}"})


def set_cookie(response: Response, browsers: BrowserSessions, key: str, *, is_secure: bool) -> None:
    """Give the browser its session, which no script can read and no other site can use."""
    lasts = int(logging_in.SESSION_LASTS.total_seconds())
    response.set_cookie(browsers.cookie, key, max_age=lasts, httponly=True, samesite="strict", secure=is_secure, path="/")
    response.headers["Cache-Control"] = "no-store"


async def _current(request: Request, browsers: BrowserSessions) -> tuple[str, Person]:
    key = browsers.key_in(request.headers.get("cookie", ""))
    person = None if key is None else await browsers.person(key)
    if key is None or person is None:
        raise Unauthenticated("Nobody is logged in here. `rekindle login-link` makes a link that logs in.")
    return key, person


def _shown(request: Request, key: str, person: Person) -> Session:
    return Session(
        role=person.role,
        recruiter=person.recruiter,
        scopes=[scope.value for scope in SCOPES[person.role]],
        csrf=csrf_of(key),
        expires_at=person.expires_at,
        time_zone=request.app.state.settings.time_zone,
    )
