"""Logging in to the dashboard at an OpenID Connect issuer: a real one, over real HTTP, by authorization code with PKCE."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from rekindle.embedded.stack import Stack
from rekindle.runtime.serve import create_app
from services.gateway.domain.login_attempt import Attempt
from services.gateway.main import create_app as create_gateway_app
from services.gateway.settings import GatewaySettings
from shared.db.engine import Sessions
from shared.security.token_issuer import ensure_keys
from tests.issuer import CLIENT, SECRET, Issuer, serving

URL = "http://gateway"
ATTEMPT = "_oidc"


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with serving() as issuer:
        yield issuer


@pytest.fixture
async def app(
    real_stores: Stack, gateway_database: Sessions, issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    ensure_keys(tmp_path)
    monkeypatch.setenv("REKINDLE_JWKS_FILE", str(tmp_path / "jwks.json"))
    monkeypatch.setenv("REKINDLE_OIDC_ISSUER", issuer.url)
    monkeypatch.setenv("REKINDLE_OIDC_RECRUITER_CLAIM", "code")
    monkeypatch.setenv("GATEWAY_OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("GATEWAY_OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("GATEWAY_OIDC_ROLES", "recruiter=recruiter lead=lead owners=admin")
    settings = GatewaySettings(database_url=real_stores.env["GATEWAY_DATABASE_URL"], signing_keys=tmp_path, public_url=URL)
    gateway = create_app({"gateway": create_gateway_app(settings)})
    async with gateway.router.lifespan_context(gateway):
        yield gateway


@pytest.fixture
async def browsing(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as browsing:
        yield browsing


async def sent_back(browsing: httpx.AsyncClient) -> str:
    """Begin to log in, and log in at the issuer: where it sends the browser back to."""
    begun = await browsing.get("/session/oidc")
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient() as outside:
        answer = await outside.get(begun.headers["location"])
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def problem(browsing: httpx.AsyncClient, address: str) -> str:
    """The problem with which a way back ends; nobody is logged in by it."""
    answer = await browsing.get(address)
    assert answer.status_code == 303
    assert (await browsing.get("/session")).status_code == 401
    place = urlsplit(answer.headers["location"])
    assert place.path == "/login"
    return parse_qs(place.query)["problem"][0]


async def test_who_the_issuer_knows_has_the_session_that_a_link_gives(browsing: httpx.AsyncClient, issuer: Issuer) -> None:
    offered = await browsing.get("/session/oidc/issuer")
    answer = await browsing.get(await sent_back(browsing))
    shown = await browsing.get("/session")
    read = await browsing.get("/v1/tokens")
    left = await browsing.delete("/session", headers={"X-CSRF-Token": shown.json()["csrf"]})

    assert offered.json() == {"issuer": issuer.url}
    assert answer.headers["location"] == "/"
    cookies = [one.lower() for one in answer.headers.get_list("set-cookie")]
    (session,) = [one for one in cookies if f"{ATTEMPT}=" not in one]
    assert "httponly" in session
    assert "samesite=strict" in session
    assert (shown.json()["role"], shown.json()["recruiter"]) == ("recruiter", "maria")
    assert read.status_code == 403
    assert left.status_code == 204
    assert (await browsing.get("/session")).status_code == 401


async def test_the_attempt_s_cookie_comes_along_from_the_issuer_and_ends_with_it(browsing: httpx.AsyncClient) -> None:
    begun = await browsing.get("/session/oidc")
    (cookie,) = [one.lower() for one in begun.headers.get_list("set-cookie")]
    sent = parse_qs(urlsplit(begun.headers["location"]).query)

    await browsing.get(await sent_back(browsing))

    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/session/oidc", "max-age=600"))
    assert not any(name.endswith(ATTEMPT) for name in browsing.cookies)
    secret = cookie.partition("=")[2].partition(";")[0]
    assert not any(secret in value for values in sent.values() for value in values)
    assert sent["code_challenge_method"] == ["S256"]


@pytest.mark.parametrize(
    ("roles", "role"), [("lead", "lead"), (["x", "owners", "lead"], "admin"), ("lead recruiter", "recruiter")]
)
async def test_the_strongest_role_of_the_claims_holds(
    browsing: httpx.AsyncClient, issuer: Issuer, roles: object, role: str
) -> None:
    issuer.claims["roles"] = roles

    await browsing.get(await sent_back(browsing))

    assert (await browsing.get("/session")).json()["role"] == role


async def test_an_issuer_may_take_the_secret_in_the_body(browsing: httpx.AsyncClient, issuer: Issuer) -> None:
    issuer.methods = ["client_secret_post"]

    await browsing.get(await sent_back(browsing))

    assert (await browsing.get("/session")).status_code == 200


async def test_a_state_of_another_attempt_lets_nobody_in(browsing: httpx.AsyncClient, app: Any) -> None:
    """Whoever lures a browser to a way back of their own finds that it began nothing, or something else."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as other:
        foreign = await sent_back(other)
        without = await problem(browsing, foreign)
        await browsing.get("/session/oidc")
        (name,) = [name for name in browsing.cookies if name.endswith(ATTEMPT)]
        assert await problem(browsing, foreign) == without == "oidc_state"
        browsing.cookies.clear()
        browsing.cookies.set(name, "not-ours.x")
        assert await problem(browsing, "/session/oidc/callback?code=x&state=ä") == "oidc_state"


async def test_a_code_works_once(browsing: httpx.AsyncClient) -> None:
    address = await sent_back(browsing)
    attempt = dict(browsing.cookies)
    await browsing.get(address)
    browsing.cookies.clear()

    assert await problem(browsing, address) == "oidc_state"  # the attempt is over
    browsing.cookies.update(attempt)
    assert await problem(browsing, address) == "oidc_token"  # and so is the code


async def test_a_way_back_ends_after_ten_minutes(browsing: httpx.AsyncClient) -> None:
    await browsing.get("/session/oidc")
    (name,) = [name for name in browsing.cookies if name.endswith(ATTEMPT)]
    old = Attempt.begin(datetime.now(UTC) - timedelta(seconds=601))
    browsing.cookies.clear()
    browsing.cookies.set(name, old.secret)

    assert await problem(browsing, f"/session/oidc/callback?code=x&state={old.state}") == "oidc_state"


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of-another-attempt"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"iss": "https://elsewhere.example.org"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    ],
)
async def test_a_token_that_was_not_made_for_this_attempt_lets_nobody_in(
    browsing: httpx.AsyncClient, issuer: Issuer, changes: dict[str, object]
) -> None:
    issuer.changes = changes

    assert await problem(browsing, await sent_back(browsing)) == "oidc_token"


async def test_a_token_that_the_issuer_did_not_sign_lets_nobody_in(browsing: httpx.AsyncClient, issuer: Issuer) -> None:
    issuer.signs_with = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})

    assert await problem(browsing, await sent_back(browsing)) == "oidc_token"


async def test_an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere(
    browsing: httpx.AsyncClient, issuer: Issuer
) -> None:
    address = (await sent_back(browsing)).replace("iss=http", "iss=https")

    assert await problem(browsing, address) == "oidc_state"
    assert len(issuer.codes) == 1


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda issuer: setattr(issuer, "refuses", "access_denied"), "oidc_refused"),
        (lambda issuer: setattr(issuer, "fails", True), "unavailable"),
        (lambda issuer: setattr(issuer, "claims", {"sub": "1", "roles": ["staff"], "code": "maria"}), "oidc_role"),
        (lambda issuer: setattr(issuer, "claims", {"sub": "1", "roles": {"a": 1}}), "oidc_role"),
        (lambda issuer: setattr(issuer, "claims", {"sub": "1", "roles": "recruiter", "code": "Maria Müller"}), "oidc_role"),
    ],
)
async def test_each_failure_has_a_name(
    browsing: httpx.AsyncClient, issuer: Issuer, break_it: Callable[[Issuer], None], code: str
) -> None:
    break_it(issuer)

    assert await problem(browsing, await sent_back(browsing)) == code


async def test_an_issuer_that_is_away_is_unavailable(browsing: httpx.AsyncClient, app: Any) -> None:
    app.state.services["gateway"].state.issuer_login.issuer = "http://127.0.0.1:9/away"

    assert await problem(browsing, "/session/oidc") == "unavailable"


async def test_without_a_client_at_an_issuer_none_is_offered(browsing: httpx.AsyncClient, app: Any) -> None:
    app.state.services["gateway"].state.issuer_login.issuer = None

    assert (await browsing.get("/session/oidc/issuer")).json() == {"issuer": None}
    assert await problem(browsing, "/session/oidc") == "not_found"
    assert await problem(browsing, "/session/oidc/callback?code=x&state=y") == "oidc_state"
