"""Who may do what: every operation without a token, with a wrong scope, with the right one, as the documents say."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from rekindle.embedded.stack import Stack
from shared.security.token_issuer import Scope, ensure_keys, issue_token
from tests.e2e.operations import Operation, operations

OPERATIONS = operations()
WITH_SCOPE = [one for one in OPERATIONS if one.scopes]
EACH = pytest.mark.parametrize("operation", WITH_SCOPE, ids=str)
ONE = "/v1/queue"


async def call(stack: Stack, operation: Operation, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
        return await client.request(operation.method, operation.url, json={} if operation.has_body else None)


def test_every_operation_asks_for_a_scope_but_these() -> None:
    without = {str(one) for one in OPERATIONS if not one.scopes}

    assert without == {
        "GET /health/live", "GET /health/ready", "GET /metrics", "POST /v1/connectors/greenhouse",
        "GET /v1/unsubscribe/{link}", "POST /v1/unsubscribe/{link}",
    }  # fmt: skip
    assert {scope for one in OPERATIONS for scope in one.scopes} <= set(Scope)
    assert len(WITH_SCOPE) > 20


@EACH
async def test_without_a_token_nothing_is_told(stack: Stack, operation: Operation) -> None:
    answer = await call(stack, operation, None)

    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"


@EACH
async def test_a_token_with_every_other_scope_is_not_enough(stack: Stack, operation: Operation) -> None:
    others = [scope for scope in Scope if scope not in operation.scopes]

    answer = await call(stack, operation, stack.issue_token(*others))

    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == "forbidden"
    assert any(scope in answer.json()["detail"] for scope in operation.scopes), "it says which scope is needed"


@pytest.mark.parametrize(("operation", "scope"), [(one, scope) for one in WITH_SCOPE for scope in sorted(one.scopes)], ids=str)
async def test_a_token_with_the_scope_alone_is_enough(stack: Stack, operation: Operation, scope: str) -> None:
    answer = await call(stack, operation, stack.issue_token(scope))

    assert answer.status_code not in {401, 403}, answer.text
    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_open_operations_answer_without_a_token(stack: Stack, path: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url) as client:
        assert (await client.get(path)).status_code == 200


async def test_what_is_wrong_with_a_request_is_told_to_those_alone_who_may_make_it(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.url) as client:
        for body in (b"{", b"\xff", b"[" * 1000):
            answer = await client.post("/v1/events?nonsense=1", content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 401


# Tokens that prove nothing


def _keys(stack: Stack) -> Path:
    return stack.folder.keys


def _forged(stack: Stack, header: dict[str, object], **changes: object) -> str:
    deployment = stack.env["REKINDLE_DEPLOYMENT"]
    claims = {"iss": deployment, "aud": deployment, "sub": "mallory", "exp": int(time.time()) + 600, "scope": "engagement:read"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims | changes)]
    return ".".join(parts)


async def refused(stack: Stack, token: str) -> bool:
    async with httpx.AsyncClient(base_url=stack.url, headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.get(ONE)
    return answer.status_code == 401 and answer.json()["code"] == "unauthenticated"


async def test_an_expired_token_is_refused(stack: Stack) -> None:
    expired = issue_token(
        _keys(stack),
        issuer=stack.env["REKINDLE_DEPLOYMENT"],
        name="ats",
        scopes=["engagement:read"],
        expires_in=timedelta(minutes=-5),
    )

    assert await refused(stack, expired)


async def test_an_unsigned_token_is_refused(stack: Stack) -> None:
    assert await refused(stack, _forged(stack, {"alg": "none", "typ": "JWT"}) + ".")
    assert await refused(stack, _forged(stack, {"alg": "none"}))


async def test_a_token_of_another_deployment_is_refused(stack: Stack, tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    for issuer in (stack.env["REKINDLE_DEPLOYMENT"], "rekindle-another"):
        theirs = issue_token(tmp_path, issuer=issuer, name="ats", scopes=list(Scope), expires_in=timedelta(hours=1))
        assert await refused(stack, theirs)


async def test_a_token_for_another_audience_is_refused(stack: Stack) -> None:
    key = OKPKey.import_key(json.loads((_keys(stack) / "signing.json").read_text()))
    deployment = stack.env["REKINDLE_DEPLOYMENT"]
    claims = {"iss": deployment, "aud": "another", "sub": "ats", "exp": int(time.time()) + 600, "scope": "engagement:read"}

    assert await refused(stack, jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims, key, algorithms=["Ed25519"]))


async def test_a_token_signed_with_the_public_key_is_refused(stack: Stack) -> None:
    public = (_keys(stack) / "jwks.json").read_bytes()
    text = _forged(stack, {"alg": "HS256", "kid": json.loads(public)["keys"][0]["kid"]})
    signature = base64.urlsafe_b64encode(hmac.digest(public, text.encode(), hashlib.sha256)).decode().rstrip("=")

    assert await refused(stack, f"{text}.{signature}")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic YTpi", "Bearer a.b.c", "bearer \u00e9", "Bearer " + "x" * 5000])
async def test_no_token_at_all_is_refused(stack: Stack, authorization: str) -> None:
    async with httpx.AsyncClient(base_url=stack.url) as client:
        answer = await client.get(ONE, headers=[(b"Authorization", authorization.encode())])

    assert answer.status_code == 401


# The Greenhouse webhook has a signature instead


async def test_a_greenhouse_body_needs_greenhouse_s_signature(stack: Stack) -> None:
    body = json.dumps({"action": "ping", "payload": {"web_hook_id": 1}}).encode()

    def signature(secret: str, of: bytes = body) -> str:
        return "sha256 " + hmac.new(secret.encode(), of, hashlib.sha256).hexdigest()

    answers: dict[str, int] = {}
    async with httpx.AsyncClient(base_url=stack.url, headers={"content-type": "application/json"}) as client:
        for name, headers in {
            "none": {},
            "a token": {"Authorization": f"Bearer {stack.token}"},
            "another secret": {"Signature": signature("another")},
            "another body": {"Signature": signature(stack.greenhouse_secret, b"{}")},
            "no digest": {"Signature": "sha256"},
            "the right one": {"Signature": signature(stack.greenhouse_secret)},
        }.items():
            answer = await client.post("/v1/connectors/greenhouse", content=body, headers=headers)
            answers[name] = answer.status_code

    assert answers == dict.fromkeys(answers, 401) | {"the right one": 200}
