"""The sessions of browsers: the cookie that holds one, the token that it stands for, and what keeps other sites out.

A browser never sees a token. Its session is the cookie ``rekindle_session...`` (HttpOnly, SameSite=Strict); each call to the API
that carries it and no token of its own gets a token here, valid for minutes. What changes something needs ``X-CSRF-Token`` too,
which only a page of this address can have read.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway.domain.roles import SCOPES, Person
from services.gateway.storage import dashboard_sessions
from shared.db.engine import Sessions
from shared.errors import DomainError, Unavailable
from shared.security.auth import Forbidden
from shared.security.token_issuer import sign_token
from shared.web.problem_details import answer_error

COOKIE = "rekindle_session"
TOKEN_LASTS = timedelta(minutes=5)
ASK_AGAIN_AFTER = 10.0
"""Seconds for which a session that was read is taken to go on: so long it may outlive its end in another process."""
MOST_REMEMBERED = 1000
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSiteRequest(Forbidden):
    """A call that changes something and does not prove that a page of this address made it."""

    code = "cross_site_request"
    title = "The request must come from a page of the dashboard"


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    until: float
    token: str
    token_until: float


class BrowserSessions:
    """Who a cookie stands for, and the token that goes on in its place."""

    def __init__(self, sessions: Sessions, *, deployment: str, keys: Path | None) -> None:
        self._sessions = sessions
        self._deployment = deployment
        self._keys = keys
        self._known: dict[str, _Known] = {}
        # Cookies do not tell ports apart: two deployments on one machine have two names.
        self.cookie = f"{COOKIE}_{hashlib.sha256(deployment.encode()).hexdigest()[:8]}"

    def key_in(self, cookies: str) -> str | None:
        """The session's key in a ``Cookie`` header."""
        try:
            found = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return None
        return None if found is None else found.value

    async def person(self, key: str) -> Person | None:
        """Whose session a key opens; None when it is over or unknown."""
        known = await self._read(key)
        return None if known is None else known.person

    async def token(self, key: str) -> str | None:
        """A token for the person whose session it is; None when that is over. Raises Unavailable without a signing key."""
        known = await self._read(key)
        return None if known is None else known.token

    def forget(self, key: str) -> None:
        """Ask the database the next time."""
        self._known.pop(key, None)

    async def _read(self, key: str) -> _Known | None:
        known = self._known.get(key)
        if known is not None and known.until > time.time():
            return known
        async with self._sessions.begin() as session:
            person = await dashboard_sessions.get(session, key)
        if person is None or person.expires_at <= datetime.now(UTC):
            self.forget(key)
            return None
        ends = person.expires_at.timestamp()
        if known is None or known.token_until - time.time() < TOKEN_LASTS.total_seconds() / 2:
            known = _Known(person, 0, await self._signed(person), time.time() + TOKEN_LASTS.total_seconds())
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        kept = _Known(person, min(ends, time.time() + ASK_AGAIN_AFTER), known.token, known.token_until)
        self._known[key] = kept
        return kept

    async def _signed(self, person: Person) -> str:
        if self._keys is None or not (self._keys / "signing.json").exists():
            raise Unavailable("This process has no signing key (GATEWAY_SIGNING_KEYS), so nobody can log in here.")
        signed = await asyncio.to_thread(
            sign_token,
            self._keys,
            issuer=self._deployment,
            name=person.name,
            scopes=SCOPES[person.role],
            expires_in=TOKEN_LASTS,
            recruiter=person.recruiter,
        )
        return signed.token


def csrf_of(key: str) -> str:
    """What calls of a session that change something send as ``X-CSRF-Token``."""
    return hashlib.sha256(f"csrf {key}".encode()).hexdigest()


def hold_against_other_sites(method: str, key: str, sent: str) -> None:
    """Raise CrossSiteRequest for a call that changes something without the session's ``X-CSRF-Token``."""
    if method not in READS and sent != csrf_of(key):
        raise CrossSiteRequest("Send the csrf of GET /session as X-CSRF-Token.")


class WithBrowserSessions:
    """ASGI middleware: a call with a session's cookie and without a token goes on with the token that the session stands for."""

    def __init__(self, app: ASGIApp, sessions: BrowserSessions) -> None:
        self.app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        cookies = csrf = ""
        for name, value in scope["headers"]:
            if name == b"authorization":
                break
            if name == b"cookie":
                cookies = value.decode("latin-1")
            elif name == b"x-csrf-token":
                csrf = value.decode("latin-1")
        else:
            if cookies and (key := self._sessions.key_in(cookies)) is not None and scope["raw_path"].startswith(b"/v1/"):
                try:
                    hold_against_other_sites(scope["method"], key, csrf)
                    token = await self._sessions.token(key)
                except DomainError as error:
                    scope.setdefault("state", {})
                    await answer_error(Request(scope), error)(scope, receive, send)
                    return
                if token is not None:
                    scope = {**scope, "headers": [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]}
        await self.app(scope, receive, send)
