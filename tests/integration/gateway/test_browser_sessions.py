"""Logging in to the dashboard: a link works once, its cookie stands for a token, and other sites can change nothing with it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from rekindle.runtime.serve import create_app
from services.gateway.main import create_app as create_gateway_app
from services.gateway.settings import GatewaySettings
from shared.db.engine import Sessions
from shared.security.auth import Verifier
from shared.security.token_issuer import Scope, ensure_keys, issue_token
from shared.settings import SharedSettings
from tests.waiting import eventually

URL = "http://gateway"


@pytest.fixture
async def app(
    real_stores: Stack, gateway_database: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    ensure_keys(tmp_path)
    monkeypatch.setenv("REKINDLE_JWKS_FILE", str(tmp_path / "jwks.json"))
    monkeypatch.setenv("REKINDLE_DEPLOYMENT", "here")
    settings = GatewaySettings(database_url=real_stores.env["GATEWAY_DATABASE_URL"], signing_keys=tmp_path, public_url=URL)
    gateway = create_app({"gateway": create_gateway_app(settings)})
    async with gateway.router.lifespan_context(gateway):
        yield gateway


def browser(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)


async def link(app: Any, keys: Path, **whom: Any) -> str:
    """The code of a new link."""
    token = issue_token(keys, issuer="here", name="owner", scopes=[Scope.ADMIN], expires_in=timedelta(hours=1))
    async with browser(app) as asking:
        answer = await asking.post("/v1/login-links", json=whom, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    url, _, code = answer.json()["url"].partition("#")
    assert url == f"{URL}/login"
    return str(code)


async def logged_in(browsing: httpx.AsyncClient, code: str) -> dict[str, Any]:
    answer = await browsing.post("/session", json={"code": code})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_link_logs_in_once_and_its_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Any, tmp_path: Path) -> None:
    code = await link(app, tmp_path, role="recruiter", recruiter="maria")

    async with browser(app) as first, browser(app) as second:
        answer = await first.post("/session", json={"code": code})
        again = await second.post("/session", json={"code": code})
        shown = await first.get("/session")

    assert (answer.json()["role"], answer.json()["recruiter"]) == ("recruiter", "maria")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert again.status_code == 401
    assert shown.json() == answer.json()


async def test_a_session_may_what_its_role_may(app: Any, tmp_path: Path) -> None:
    async def status(role: str) -> int:
        code = await link(app, tmp_path, role=role, recruiter="maria")
        async with browser(app) as browsing:
            await logged_in(browsing, code)
            return (await browsing.get("/v1/tokens")).status_code

    assert [await status(role) for role in ("recruiter", "lead", "admin")] == [403, 403, 200]


async def test_a_call_that_changes_something_needs_proof_of_the_page(app: Any, tmp_path: Path) -> None:
    code = await link(app, tmp_path, role="admin")
    wanted = {"name": "ats", "scopes": ["engagement:read"]}

    async with browser(app) as browsing:
        session = await logged_in(browsing, code)
        without = await browsing.post("/v1/tokens", json=wanted)
        wrong = await browsing.post("/v1/tokens", json=wanted, headers={"X-CSRF-Token": "x"})
        with_it = await browsing.post("/v1/tokens", json=wanted, headers={"X-CSRF-Token": session["csrf"]})

    assert [one.json()["code"] for one in (without, wrong)] == ["cross_site_request"] * 2
    assert [one.status_code for one in (without, wrong, with_it)] == [403, 403, 201]


async def test_who_logs_out_is_out(app: Any, tmp_path: Path) -> None:
    code = await link(app, tmp_path, role="admin")

    async with browser(app) as browsing:
        session = await logged_in(browsing, code)
        kept = dict(browsing.cookies)
        await browsing.delete("/session", headers={"X-CSRF-Token": session["csrf"]})
        browsing.cookies.update(kept)
        after = [(await browsing.get(path)).status_code for path in ("/session", "/v1/tokens")]

    assert after == [401, 401]


async def test_a_link_that_is_over_lets_nobody_in(app: Any, tmp_path: Path) -> None:
    code = await link(app, tmp_path, role="lead", expires_in_minutes=0.001)

    async def status() -> int:
        async with browser(app) as browsing:
            return (await browsing.post("/session", json={"code": code})).status_code

    assert await eventually(status, lambda found: found == 401) == 401


async def test_a_recruiter_needs_a_code(app: Any, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="is required for the role recruiter"):
        await link(app, tmp_path, role="recruiter")


async def test_no_page_sees_a_token_and_the_proxy_gets_one_that_acts_as_the_recruiter(app: Any, tmp_path: Path) -> None:
    code = await link(app, tmp_path, role="recruiter", recruiter="maria")

    async with browser(app) as browsing:
        session = await logged_in(browsing, code)
        state = app.state.services["gateway"].state
        state.is_behind_proxy = False  # as where one process serves everything
        as_page = await browsing.get("/session/authorization", headers={"X-Original-Method": "GET"})
        state.is_behind_proxy = True
        read = await browsing.get("/session/authorization", headers={"X-Original-Method": "GET"})
        forged = await browsing.get("/session/authorization", headers={"X-Original-Method": "POST"})
        changed = {"X-Original-Method": "POST", "X-CSRF-Token": session["csrf"]}
        written = await browsing.get("/session/authorization", headers=changed)
    async with browser(app) as nobody:
        bare = await nobody.get("/session/authorization", headers={"X-Original-Method": "GET"})

    assert [one.status_code for one in (as_page, read, forged, written, bare)] == [404, 204, 403, 204, 204]
    principal = Verifier(SharedSettings()).verify(read.headers["authorization"].removeprefix("Bearer "))
    assert (principal.name, principal.recruiter) == ("dashboard:maria", "maria")
    assert "authorization" not in bare.headers
