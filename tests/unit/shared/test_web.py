"""The frame of every service, without a network: problems, scopes, strict queries and bodies, allowance, probes."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError

from shared import errors
from shared.security.auth import Forbidden, Principal, Unauthenticated, requires
from shared.security.token_issuer import ensure_keys, issue_token
from shared.settings import SharedSettings
from shared.web.app import create_service_app
from shared.web.problem_details import STATUS_OF, status_of
from shared.web.routing import OpenRoute, StrictRoute, TooManyRequests

router = APIRouter(prefix="/v1/things", route_class=StrictRoute)


class ThingLost(errors.Conflict):
    code = "thing_lost"
    title = "The thing is lost"


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


@router.get("/raised/{name}")
async def raised(name: str) -> None:
    """Raise what the name says."""
    raise {
        "lost": ThingLost("It is gone.", extra={"since": "yesterday"}),
        "field": errors.Invalid.of("size", "must be small"),
        "database": OperationalError("SELECT 1", {}, ConnectionError("no")),
        "server": asyncpg.AdminShutdownError("the server stops"),
        "broker": TimeoutError("no answer"),
        "bug": ZeroDivisionError("secret detail"),
    }[name]


open_router = APIRouter(prefix="/v1/open", route_class=OpenRoute)


@open_router.post("")
async def opened() -> dict[str, Any]:
    """For everybody."""
    return {}


@router.get("")
async def listed(limit: int = 5, kind: str | None = None) -> dict[str, Any]:
    """A list."""
    return {"limit": limit, "kind": kind}


@router.delete("/{name}")
async def removed(name: str) -> None:
    """Lose the connection while it commits."""
    raise OperationalError("COMMIT", {}, ConnectionError(name))


@router.post("")
async def made(body: Thing, who: Annotated[Principal, requires("engagement:write", "admin")]) -> dict[str, Any]:
    """Make a thing."""
    return {"size": body.size, "by": who.name}


@pytest.fixture
def settings(tmp_path: Path) -> SharedSettings:
    ensure_keys(tmp_path)
    return SharedSettings(
        jwks_file=tmp_path / "jwks.json",
        deployment="rekindle-test",
        max_body_bytes=2000,
        requests_per_minute=3,
        open_requests_per_minute=3,
        time_zone="UTC",
    )


@pytest.fixture
async def client(settings: SharedSettings) -> AsyncIterator[httpx.AsyncClient]:
    async def well() -> None:
        return None

    async def unwell() -> None:
        raise ConnectionError("no broker")

    app = create_service_app(
        name="things",
        title="Things",
        description="For tests.",
        routers=[router, open_router],
        settings=settings,
        checks={"database": well, "broker": unwell},
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://things") as made_client:
        yield made_client


def token(settings: SharedSettings, *scopes: str, name: str) -> dict[str, str]:
    assert settings.jwks_file is not None
    keys = settings.jwks_file.parent
    text = issue_token(keys, issuer="rekindle-test", name=name, scopes=scopes, expires_in=timedelta(hours=1))
    return {"Authorization": f"Bearer {text}"}


def test_every_category_has_its_status_and_a_subclass_its_parent_s() -> None:
    statuses = {kind.__name__: status for kind, status in STATUS_OF.items()}

    assert statuses == {
        "BadRequest": 400, "Unauthenticated": 401, "Forbidden": 403, "NotFound": 404, "NotAcceptable": 406, "Conflict": 409,
        "Gone": 410, "PreconditionFailed": 412, "Invalid": 422, "PreconditionRequired": 428, "TooManyRequests": 429,
        "Unavailable": 503, "TimedOut": 504,
    }  # fmt: skip
    assert status_of(ThingLost("")) == 409
    assert {status_of(kind("")) for kind in (Unauthenticated, Forbidden, TooManyRequests)} == {401, 403, 429}


def test_codes_are_unique_among_the_categories() -> None:
    assert len({kind.code for kind in STATUS_OF}) == len(STATUS_OF)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("lost", 409, "thing_lost"),
        ("field", 422, "invalid"),
        ("database", 503, "unavailable"),
        ("server", 503, "unavailable"),
        ("broker", 503, "unavailable"),
        ("bug", 500, "internal_error"),
    ],
)
async def test_whatever_is_raised_becomes_a_problem(client: httpx.AsyncClient, name: str, status: int, code: str) -> None:
    answer = await client.get(f"/v1/things/raised/{name}", headers={"X-Request-Id": "mine-1"})

    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (body["code"], body["type"]) == (code, f"urn:rekindle:problem:{code}")
    assert body["request_id"] == answer.headers["x-request-id"] == "mine-1"
    assert "secret" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_a_fault_never_claims_that_nothing_was_changed(client: httpx.AsyncClient) -> None:
    changing = await client.delete("/v1/things/one")
    reading = await client.get("/v1/things/raised/database")

    assert (changing.status_code, reading.status_code) == (503, 503)
    assert "Whether the request took effect is not known" in changing.json()["detail"]
    assert "took effect" not in reading.json()["detail"]
    assert "nothing was changed" not in changing.text + reading.text


async def test_a_problem_carries_what_its_error_adds(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/things/raised/lost")).json()["since"] == "yesterday"
    assert (await client.get("/v1/things/raised/field")).json()["errors"] == [{"field": "size", "rule": "must be small"}]


async def test_a_request_id_that_could_break_a_log_is_replaced(client: httpx.AsyncClient) -> None:
    for wrong in ("a b", "x" * 101, "{}"):
        answer = await client.get("/v1/things", headers={"X-Request-Id": wrong})
        assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("query", "field"),
    [("limits=5", "limits"), ("limit=5&limit=5", "limit"), ("kind=%00", "kind")],
)
async def test_a_query_is_read_strictly(client: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await client.get(f"/v1/things?{query}")

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_scopes_come_before_everything_else(client: httpx.AsyncClient, settings: SharedSettings) -> None:
    unreadable, kind = b"{", {"content-type": "application/json"}
    wrong = token(settings, "engagement:read", name="reader")

    assert (await client.post("/v1/things?x=1", content=unreadable, headers=kind)).status_code == 401
    assert (await client.post("/v1/things?x=1", content=unreadable, headers=kind | wrong)).status_code == 403


@pytest.mark.parametrize("scope", ["engagement:write", "admin"])
async def test_one_of_the_scopes_is_enough(client: httpx.AsyncClient, settings: SharedSettings, scope: str) -> None:
    answer = await client.post("/v1/things", json={"size": 7}, headers=token(settings, scope, name=f"with-{scope}"))

    assert answer.json() == {"size": 7, "by": f"with-{scope}"}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"size": 7, "colour": "red"}', "application/json", 422),
        (b'{"size": "\xff"}', "application/json", 400),
        (b'{"size": 7}', "text/plain", 415),
        (b'{"size": 7}', "application/merge-patch+json", 200),
        (b" " * 2001, "application/json", 413),
        (b"", "application/json", 422),
    ],
)
async def test_bodies_are_read_strictly(
    client: httpx.AsyncClient, settings: SharedSettings, content: bytes, kind: str, status: int
) -> None:
    headers = {**token(settings, "admin", name=f"strict-{status}-{kind}"), "content-type": kind}

    assert (await client.post("/v1/things", content=content, headers=headers)).status_code == status


async def test_who_asks_too_often_is_told_when_to_come_back(client: httpx.AsyncClient, settings: SharedSettings) -> None:
    headers = token(settings, "admin", name="hasty")

    answers = [await client.post("/v1/things", json={"size": 1}, headers=headers) for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert 2 <= len(refused) <= 5, "three a minute; a new minute may begin in between"
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert refused[0].headers["ratelimit"].startswith('"minute";r=0;t=')
    assert refused[0].headers["ratelimit-policy"] == '"minute";q=3;w=60'


async def test_an_open_operation_has_an_allowance_by_address(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/v1/open") for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert 2 <= len(refused) <= 5, "three a minute; a new minute may begin in between"
    assert "this address" in refused[0].json()["detail"]
    assert int(refused[0].headers["retry-after"]) >= 1


async def test_tokens_of_one_name_from_two_issuers_do_not_share_an_allowance(
    client: httpx.AsyncClient, settings: SharedSettings, tmp_path: Path
) -> None:
    theirs = tmp_path / "theirs"
    ensure_keys(theirs)
    settings.oidc_issuer, settings.oidc_jwks_file = "their-issuer", theirs / "jwks.json"
    key = OKPKey.import_key(json.loads((theirs / "signing.json").read_text()))
    claims = {"iss": "their-issuer", "aud": "rekindle-test", "sub": "twin", "exp": time.time() + 60, "scope": "admin"}
    signed = jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims, key, algorithms=["Ed25519"])
    own = token(settings, "admin", name="twin")
    ours = [await client.post("/v1/things", json={"size": 1}, headers=own) for _ in range(8)]
    answer = await client.post("/v1/things", json={"size": 1}, headers={"Authorization": f"Bearer {signed}"})

    assert 429 in {one.status_code for one in ours}
    assert answer.status_code == 200


async def test_readiness_tells_which_part_does_not_work(client: httpx.AsyncClient) -> None:
    ready = await client.get("/health/ready")

    assert (await client.get("/health/live")).status_code == 200
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"database": "ok", "broker": "no broker"}


async def test_requests_are_measured(client: httpx.AsyncClient) -> None:
    await client.get("/v1/things")

    text = (await client.get("/metrics")).text
    assert 'rekindle_http_request_seconds_count{method="GET",route="/v1/things",service="things",status="200"}' in text


async def test_the_document_declares_scopes_and_problems(client: httpx.AsyncClient) -> None:
    document = json.loads((await client.get("/v1/things/openapi.json")).text)

    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/v1/things"]["post"]
    assert operation["security"] == [{"bearer": ["engagement:write"]}, {"bearer": ["admin"]}]
    assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    assert document["paths"]["/v1/things"]["get"]["security"] == []  # open to everybody, and said so
