"""The frame around every request: its id, its span, its size limit, its metrics."""

import asyncio
import contextlib
import re
import time
from uuid import uuid4

import structlog
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.metrics import REQUEST_SECONDS
from shared.observability.tracing import context_of, tracer

MOST_DISCARDED = 64 * 1024 * 1024
DISCARD_SECONDS = 10.0
"""How much of a body that is too large is read and dropped, so that its sender comes to reading the answer. A connection that is
closed before is reset, and the answer lost on the way."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class RequestMiddleware:
    """ASGI middleware of every service."""

    def __init__(self, app: ASGIApp, *, service: str, max_body_bytes: int) -> None:
        self.app = app
        self.service = service
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get(b"x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        started = time.perf_counter()
        status = 500
        span = tracer.start_as_current_span(
            f"{scope['method']} {self.service}", context_of(headers.get(b"traceparent")), kind=SpanKind.SERVER
        )

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                outgoing = MutableHeaders(scope=message)
                outgoing["X-Request-Id"] = request_id
                if "rate_limit" in state:
                    limit, remaining, reset = state["rate_limit"]
                    outgoing["RateLimit"] = f'"minute";r={remaining};t={reset}'
                    outgoing["RateLimit-Policy"] = f'"minute";q={limit};w=60'
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with span as current:
                await self.app(scope, self._limited(headers.get(b"content-length"), receive), answer)
                if current.is_recording():
                    current.set_attribute("http.response.status_code", status)
                    current.set_attribute("http.route", _route(scope))
                    if status >= 500:
                        current.set_status(Status(StatusCode.ERROR))
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
            REQUEST_SECONDS.labels(self.service, scope["method"], _route(scope), str(status)).observe(
                time.perf_counter() - started
            )

    def _limited(self, length: str | None, receive: Receive) -> Receive:
        """``receive`` that refuses a body beyond the limit, announced or not."""
        received = 0

        async def limited() -> Message:
            nonlocal received
            if length is not None and length.isdecimal() and int(length) > self.max_body_bytes:
                if int(length) <= MOST_DISCARDED:
                    await _discard(receive)
                raise self._too_large()
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > self.max_body_bytes:
                    if message.get("more_body", False):
                        await _discard(receive)
                    raise self._too_large()
            return message

        return limited

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The body is larger than {self.max_body_bytes} bytes.", {"Connection": "close"})


async def _discard(receive: Receive) -> None:
    """Read the rest of a body and drop it, within limits."""
    dropped = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while dropped <= MOST_DISCARDED:
                message = await receive()
                dropped += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched")
