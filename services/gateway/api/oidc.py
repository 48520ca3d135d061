"""/session/oidc: the way of a browser to the configured issuer and back. For browsers alone, so no document describes it.

Whatever goes wrong ends at the log-in page, with the code of the problem in its address: a browser is not helped by JSON.
"""

import logging
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from services.gateway.api.dependencies import DeskDep, VerifierDep
from services.gateway.api.session import SessionsDep, set_cookie
from services.gateway.domain.login_attempt import LASTS, Attempt
from services.gateway.issuer_login import CALLBACK, IssuerLogin
from services.gateway.use_cases.log_in_at_issuer import log_in_at_issuer
from shared.errors import DomainError
from shared.security.auth import Unauthenticated
from shared.web.dependencies import of_state
from shared.web.routing import Handler, OpenRoute

logger = logging.getLogger(__name__)

PLACE = CALLBACK.rpartition("/")[0]


class OtherAttempt(Unauthenticated):
    """Who comes back from the issuer is not who went, went too long ago, or comes from another issuer."""

    code = "oidc_state"
    title = "The log-in was not begun here, or too long ago"


class IssuerRefused(Unauthenticated):
    """The issuer let nobody in."""

    code = "oidc_refused"
    title = "The issuer did not log anybody in"


class AnyQueryRoute(OpenRoute):
    """An open operation that issuers may give parameters of their own."""

    def get_route_handler(self) -> Handler:
        return self.around(self.operation())


router = APIRouter(prefix=PLACE, route_class=AnyQueryRoute, include_in_schema=False)

LoginDep = Annotated[IssuerLogin, Depends(of_state("issuer_login", IssuerLogin))]


class Ways(BaseModel):
    """How somebody may log in, besides by a link."""

    issuer: str | None


@router.get("/issuer")
async def get_ways(login: LoginDep) -> Ways:
    """The issuer at which people may log in."""
    return Ways(issuer=login.issuer)


@router.get("")
async def go_to_issuer(desk: DeskDep, browsers: SessionsDep, login: LoginDep) -> RedirectResponse:
    """Send a browser to the issuer, with the secret of its attempt in a cookie."""
    attempt = Attempt.begin(datetime.now(UTC))
    try:
        address = await login.address(attempt)
    except DomainError as error:
        return _refused(error)
    answer = _to(address)
    # Lax: the way back comes from another site, and a Strict cookie would stay behind.
    answer.set_cookie(
        _cookie(browsers.cookie),
        attempt.secret,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=desk.settings.public_url.startswith("https:"),
        path=PLACE,
    )
    return answer


@router.get("/callback")
async def come_back(
    request: Request, desk: DeskDep, browsers: SessionsDep, login: LoginDep, verifier: VerifierDep
) -> RedirectResponse:
    """Begin the session of whom the issuer logged in. The attempt is over, however it ends."""
    now = datetime.now(UTC)
    said = request.query_params
    attempt = Attempt(request.cookies.get(_cookie(browsers.cookie), ""))
    try:
        if not attempt.is_of(said.get("state", ""), now=now):
            raise OtherAttempt("The state is not the one of this browser's attempt to log in.")
        if said.get("iss", login.issuer) != login.issuer:  # RFC 9207
            raise OtherAttempt("The answer comes from another issuer.")
        if "code" not in said:
            raise IssuerRefused("The issuer sent no code.")
        claims = await login.claims(said["code"], attempt, verifier)
        key, _ = await log_in_at_issuer(desk.sessions, desk.settings, claims, now=now)
    except DomainError as error:
        answer = _refused(error)
    else:
        answer = _to("/")
        set_cookie(answer, browsers, key, is_secure=desk.settings.public_url.startswith("https:"))
    answer.delete_cookie(_cookie(browsers.cookie), path=PLACE, httponly=True, samesite="lax")
    return answer


def _cookie(of_session: str) -> str:
    return f"{of_session}_oidc"


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def _refused(error: DomainError) -> RedirectResponse:
    logger.warning("nobody was logged in by the issuer: %s", error.detail)
    return _to(f"/login?{urlencode({'problem': error.code})}")
