"""Tokens of an OpenID Connect issuer: a real server, over real HTTP, that publishes its keys, changes them and fails."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from rekindle.embedded.ports import choose
from shared.security import oidc
from shared.security.auth import Principal, requires
from shared.settings import SharedSettings
from shared.web.app import ServiceApp, create_service_app
from shared.web.routing import StrictRoute
from tests.waiting import eventually


@dataclass
class Issuer:
    """An issuer: discovery, key set, and tokens for who asks with a client's name."""

    url: str
    keys: list[RSAKey | ECKey] = field(default_factory=list)
    further_keys: list[dict[str, Any]] = field(default_factory=list)
    claims: dict[str, Any] = field(default_factory=lambda: {"scope": "engagement:read"})
    fails: bool = False
    calls_itself: str | None = None
    fetched: int = 0

    def __post_init__(self) -> None:
        self.keys.append(RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"}))

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def configuration() -> Any:
            if self.fails:
                return Response(status_code=500)
            issuer = self.calls_itself or self.url
            return {"issuer": issuer, "jwks_uri": f"{self.url}/keys", "token_endpoint": f"{self.url}/token"}

        @app.get("/keys")
        async def keys() -> Any:
            self.fetched += 1
            return {"keys": [*self.further_keys, *(key.as_dict(private=False) for key in self.keys)]}

        @app.post("/token")
        async def token(client_id: str) -> dict[str, str]:
            return {"access_token": self.token(sub=client_id), "token_type": "Bearer"}

        return app

    def token(self, **changes: Any) -> str:
        """A token signed with the newest key; None leaves a claim out."""
        key = self.keys[-1]
        claims = {"iss": self.url, "aud": "here", "sub": "ada", "exp": int(time.time()) + 60, **self.claims, **changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = str(key.alg)
        return jwt.encode({"alg": algorithm, "kid": key.kid, "typ": "at+jwt"}, claims, key, algorithms=[algorithm])


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    port = choose(taken=[])
    issuer = Issuer(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(issuer.app(), port=port, log_config=None, lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: asyncio.sleep(0, server.started))
    yield issuer
    server.should_exit = True
    await serving


def service(issuer: Issuer, **settings: Any) -> ServiceApp:
    """A service that says who asks."""
    router = APIRouter(route_class=StrictRoute)

    @router.get("/v1/me")
    async def show_me(principal: Annotated[Principal, requires("engagement:read")]) -> dict[str, str | None]:
        """Who is asking."""
        return {"identity": principal.identity, "recruiter": principal.recruiter}

    own = SharedSettings.model_validate({"oidc_issuer": issuer.url, "deployment": "here", **settings})
    return create_service_app(name="me", title="me", description="", routers=[router], settings=own)


@asynccontextmanager
async def client(app: ServiceApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as asking:
        yield asking


async def status(asking: httpx.AsyncClient, token: str) -> int:
    return (await asking.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_token_of_the_issuer_s_own_endpoint_is_accepted(issuer: Issuer) -> None:
    async with httpx.AsyncClient() as outside, client(service(issuer)) as asking:
        given = (await outside.post(f"{issuer.url}/token", params={"client_id": "ada"})).json()["access_token"]

        answer = await asking.get("/v1/me", headers={"Authorization": f"Bearer {given}"})

    assert answer.json() == {"identity": f"{issuer.url}|ada", "recruiter": None}


async def test_the_keys_are_fetched_once_for_many_requests(issuer: Issuer) -> None:
    async with client(service(issuer)) as asking:
        tokens = [issuer.token(sub=f"client-{number}") for number in range(20)]
        assert await asyncio.gather(*[status(asking, one) for one in tokens]) == [200] * 20

    assert issuer.fetched == 1


async def test_a_new_key_is_fetched_when_a_token_names_it(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "FETCH_AGAIN_AFTER", 0.0)
    async with client(service(issuer)) as asking:
        assert await status(asking, issuer.token()) == 200
        issuer.keys.append(ECKey.generate_key("P-256", {"kid": "second", "use": "sig", "alg": "ES256"}))

        assert await status(asking, issuer.token()) == 200

    assert issuer.fetched == 2


async def test_unknown_keys_make_few_fetches(issuer: Issuer) -> None:
    stranger = RSAKey.generate_key(2048, {"alg": "RS256"})
    claims = {"iss": issuer.url, "aud": "here", "sub": "mallory", "exp": int(time.time()) + 60, "scope": "engagement:read"}
    async with client(service(issuer)) as asking:
        assert await status(asking, issuer.token()) == 200
        for number in range(20):
            forged = jwt.encode({"alg": "RS256", "kid": f"stranger-{number}"}, claims, stranger)
            assert await status(asking, forged) == 401

    assert issuer.fetched == 1


async def test_what_cannot_be_fetched_leaves_the_keys_of_before(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "FETCH_AGAIN_AFTER", 0.0)
    monkeypatch.setattr(oidc, "STALE_AFTER", 0.0)
    app = service(issuer)
    async with client(app) as asking:
        assert await status(asking, issuer.token()) == 200
        issuer.fails = True

        for number in range(3):
            await app.state.verifier.issuer_keys.fetch()
            assert await status(asking, issuer.token(sub=f"client-{number}")) == 200


async def test_a_key_that_the_issuer_withdrew_ends(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "FETCH_AGAIN_AFTER", 0.0)
    async with client(service(issuer)) as asking:
        withdrawn = [issuer.token(sub=name) for name in ("a", "b")]
        assert await status(asking, withdrawn[0]) == 200
        issuer.keys[:] = [RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})]
        assert await status(asking, issuer.token()) == 200

        assert await status(asking, withdrawn[1]) == 401


async def test_old_keys_are_fetched_again_while_tokens_come(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "FETCH_AGAIN_AFTER", 0.0)
    monkeypatch.setattr(oidc, "STALE_AFTER", 0.0)
    app = service(issuer)
    async with client(app) as asking:
        for _ in range(2):
            assert await status(asking, issuer.token()) == 200
        await app.state.verifier.issuer_keys._refreshing

    assert issuer.fetched == 2


async def test_an_issuer_that_was_never_reached_is_a_503(issuer: Issuer) -> None:
    issuer.fails = True
    async with client(service(issuer)) as asking:
        answer = await asking.get("/v1/me", headers={"Authorization": f"Bearer {issuer.token()}"})
        assert await status(asking, "not.a.token") == 401

    assert answer.status_code == 503
    assert issuer.url in answer.json()["detail"]


async def test_a_configuration_of_another_issuer_is_not_believed(issuer: Issuer) -> None:
    issuer.calls_itself = "https://login.example.org"
    async with client(service(issuer)) as asking:
        assert await status(asking, issuer.token()) == 503

    assert issuer.fetched == 0


async def test_keys_of_unknown_kinds_and_for_encryption_hide_no_other(issuer: Issuer) -> None:
    issuer.further_keys = [{"kty": "XX", "kid": "new"}, {"kty": "RSA"}, {**issuer.keys[0].as_dict(private=False), "use": "enc"}]
    async with client(service(issuer)) as asking:
        assert await status(asking, issuer.token()) == 200


@pytest.mark.parametrize(
    "changes", [{"aud": "another"}, {"aud": None}, {"iss": "https://login.example.org"}, {"exp": 1}, {"sub": None}], ids=str
)
async def test_claims_that_are_not_for_us_are_refused(issuer: Issuer, changes: dict[str, Any]) -> None:
    async with client(service(issuer)) as asking:
        assert await status(asking, issuer.token(**changes)) == 401


async def test_a_public_key_is_no_secret(issuer: Issuer) -> None:
    claims = {"iss": issuer.url, "aud": "here", "sub": "mallory", "exp": int(time.time()) + 60, "scope": "engagement:read"}
    secret = OctKey.import_key(str(issuer.keys[0].as_dict(private=False)["n"]))
    async with client(service(issuer)) as asking:
        assert await status(asking, jwt.encode({"alg": "HS256", "kid": "first"}, claims, secret)) == 401


@pytest.mark.parametrize(
    ("claim", "claims", "expected"),
    [
        ("scope", {"scope": "openid engagement:read"}, 200),
        ("roles", {"roles": ["engagement:read", "other"]}, 200),
        ("realm_access.roles", {"realm_access": {"roles": ["engagement:read"]}}, 200),
        ("https://rekindle.example/scopes", {"https://rekindle.example/scopes": ["engagement:read"]}, 200),
        ("realm_access.roles", {"realm_access": ["engagement:read"]}, 403),
        ("roles", {"roles": {"engagement:read": True}}, 403),
        ("roles", {}, 403),
    ],
)
async def test_scopes_are_where_the_setting_says(issuer: Issuer, claim: str, claims: dict[str, Any], expected: int) -> None:
    issuer.claims = claims
    async with client(service(issuer, oidc_scope_claim=claim)) as asking:
        assert await status(asking, issuer.token()) == expected


async def test_audience_and_recruiter_are_what_the_settings_say(issuer: Issuer) -> None:
    app = service(issuer, oidc_audience="api://rekindle", oidc_recruiter_claim="employee.code")
    async with client(app) as asking:
        given = issuer.token(aud=["other", "api://rekindle"], employee={"code": "maria"})
        answer = await asking.get("/v1/me", headers={"Authorization": f"Bearer {given}"})
        assert await status(asking, issuer.token()) == 401

        no_code = issuer.token(aud="api://rekindle", employee={"code": "Maria Lopez"})
        nobody = await asking.get("/v1/me", headers={"Authorization": f"Bearer {no_code}"})

    assert [one.json()["recruiter"] for one in (answer, nobody)] == ["maria", None]
