"""A service that runs elsewhere, so that a gateway can put services of several processes behind one base URL.

Requests and answers are handed on as they stream. What a service says of itself (its OpenAPI document) comes from its code,
whether it is ready from its own /health/ready.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import httpx
from fastapi import FastAPI
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from rekindle.runtime.registry import Service
from shared.errors import Unavailable
from shared.observability.tracing import current_traceparent
from shared.settings import SharedSettings
from shared.web.app import create_service_app

CONNECT_SECONDS = 5.0
HEALTH_SECONDS = 2.5
OF_ONE_HOP = frozenset(
    name.encode()
    for name in (
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    )
)
"""Headers that speak of one connection alone (RFC 9110, 7.6.1)."""
SAID_ANEW = frozenset((b"traceparent", b"x-request-id", b"x-forwarded-for"))
"""Headers that the gateway says itself, so that logs and traces of both sides belong together."""

logger = logging.getLogger("rekindle.runtime.forwarding")


class NotReady(Exception):
    """The service does not call itself ready."""


class ClientLeft(Exception):
    """The client went before its request was whole."""


def forwarded(service: Service, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """An application in the place of a service whose own runs at ``url``. It holds the size limit itself."""
    client = httpx.AsyncClient(
        base_url=url,
        transport=transport,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=4),
        trust_env=False,
    )
    own = import_module(f"{service.package}.main").create_app()

    async def check() -> None:
        answer = await client.get("/health/ready", timeout=HEALTH_SECONDS)
        if answer.status_code != 200:
            raise NotReady(f"{url}/health/ready answers {answer.status_code}")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = create_service_app(
        name=service.name,
        title=own.title,
        description=own.description,
        routers=(),
        settings=SharedSettings(),
        lifespan=lifespan,
        checks={"reached": check},
    )
    app.openapi = own.openapi  # type: ignore[method-assign]  # the documented way to replace FastAPI's document
    app.router.routes.insert(0, Mount("", app=Forward(client)))
    return app


class Forward:
    """Hands every request on. Raises Unavailable when the service does not answer."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._ask(scope, receive)
        except ClientLeft:
            return
        await answer(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive) -> Response:
        sent = {name for name, _ in scope["headers"]}
        has_body = b"content-length" in sent or b"transfer-encoding" in sent
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        request = self.client.build_request(
            scope["method"],
            self.client.base_url.copy_with(raw_path=target),
            headers=[*(one for one in scope["headers"] if one[0] not in OF_ONE_HOP | SAID_ANEW), *_said_anew(scope)],
            content=_body(receive) if has_body else None,
        )
        try:
            answer = await self.client.send(request, stream=True)
        except httpx.TransportError as error:
            logger.warning("%s does not answer: %r", self.client.base_url, error)
            raise Unavailable(
                "The service does not answer. Whether it took the request is not known: send the same again."
            ) from error
        handed_on = StreamingResponse(_content(answer), answer.status_code, background=BackgroundTask(answer.aclose))
        handed_on.raw_headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower() not in OF_ONE_HOP]
        return handed_on


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return


async def _content(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _said_anew(scope: Scope) -> list[tuple[bytes, bytes]]:
    told = {"x-request-id": scope["state"]["request_id"], "traceparent": current_traceparent()}
    given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    client = scope.get("client")
    told["x-forwarded-for"] = ", ".join([*given, *([str(client[0])] if client else [])])
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in told.items() if value]
