"""A gateway that forwards gives the answers of the services behind it, untouched."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from rekindle.runtime.forwarding import forwarded
from rekindle.runtime.registry import SERVICES
from rekindle.runtime.serve import chosen_services, create_app
from shared.settings import SharedSettings

ENGAGEMENT = next(service for service in SERVICES if service.name == "engagement")


class Elsewhere:
    """A service in another process: tells what it was asked, and is ready or not."""

    def __init__(self, *, ready: bool = True) -> None:
        self.ready = ready
        self.asked: list[tuple[str, bytes, bytes]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.asked.append((scope["method"], scope["raw_path"], scope["query_string"]))
        status = (200 if self.ready else 503) if scope["path"] == "/health/ready" else 207
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        content = json.dumps({"headers": headers, "body": body.decode()}).encode()
        given = [(b"content-type", b"application/x-told"), (b"etag", b'"7"'), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": content, "more_body": False})


def client_of(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    gateway = create_app({"engagement": forwarded(ENGAGEMENT, "http://elsewhere:8080", transport=transport)})
    return httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://front")


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
async def client(elsewhere: Elsewhere) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(httpx.ASGITransport(elsewhere)) as client:
        yield client


async def test_a_request_arrives_as_it_was_sent(client: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    answer = await client.post(
        "/v1/timelines/greenhouse:Application%5B770001%5D?limit=2&cursor=a%2Bb",
        content=b'{"a": 1}',
        headers={"Authorization": "Bearer t", "Idempotency-Key": "k", "TE": "trailers", "X-Request-Id": "r-7"},
    )

    assert elsewhere.asked == [("POST", b"/v1/timelines/greenhouse:Application%5B770001%5D", b"limit=2&cursor=a%2Bb")]
    told = answer.json()
    assert told["body"] == '{"a": 1}'
    assert told["headers"]["authorization"] == "Bearer t"
    assert told["headers"]["idempotency-key"] == "k"
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert told["headers"]["x-request-id"] == answer.headers["x-request-id"] == "r-7"
    assert "te" not in told["headers"]


async def test_an_answer_comes_back_as_it_was_given(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/queue")

    assert answer.status_code == 207
    assert answer.headers["content-type"] == "application/x-told"
    assert answer.headers["etag"] == '"7"'
    assert "connection" not in answer.headers


async def test_a_body_that_is_too_large_is_not_handed_on(client: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    answer = await client.post("/v1/events", content=b" " * (SharedSettings().max_body_bytes + 1))

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert elsewhere.asked == []


async def test_a_path_of_nobody_is_answered_here(client: httpx.AsyncClient, elsewhere: Elsewhere) -> None:
    assert (await client.get("/v1/nothing")).status_code == 404
    assert elsewhere.asked == []


async def test_the_documents_describe_what_is_elsewhere(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    assert "/v1/events" in document["paths"]


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_it_is_ready_when_the_other_is(ready: bool, status: int) -> None:
    async with client_of(httpx.ASGITransport(Elsewhere(ready=ready))) as client:
        assert (await client.get("/health/ready")).status_code == status


async def test_a_service_that_does_not_answer_is_a_problem_that_can_be_tried_again() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with client_of(httpx.MockTransport(refuse)) as client:
        answer = await client.post("/v1/events", json={})

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


def test_one_service_can_be_held_alone() -> None:
    assert set(chosen_services(["candidates"], [])) == {"candidates"}
    assert set(chosen_services(["candidates,analytics"], [])) == {"candidates", "analytics"}


def test_services_elsewhere_are_held_by_their_address() -> None:
    assert set(chosen_services([], ["analytics=http://a:8080"])) == {"analytics"}
    assert set(chosen_services(["candidates"], ["analytics=http://a:8080"])) == {"candidates", "analytics"}
    assert set(chosen_services([], [])) == {service.name for service in SERVICES}


@pytest.mark.parametrize(
    ("only", "forward"), [(["x"], []), ([], ["x=http://a"]), ([], ["analytics"]), ([], ["analytics=a:8080"])]
)
def test_a_service_that_is_not_there_is_refused(only: list[str], forward: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no service is called|must be NAME="):
        chosen_services(only, forward)
