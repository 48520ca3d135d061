"""The frame around every request: its id, its span, its size limit, the problem for an error, its metrics."""

import asyncio
import contextlib
import random
import re
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from opentelemetry.trace import SpanKind, Status, StatusCode
from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability.logging import request_id_var
from shared.observability.metrics import REQUEST_SECONDS
from shared.observability.tracing import context_of, is_exporting, tracer

MOST_DISCARDED = 64 * 1024 * 1024
DISCARD_SECONDS = 10.0
"""How much of a body that is too large is read and dropped, so that its sender comes to reading the answer. A connection that is
closed before is reset, and the answer lost on the way."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""What metrics call by name; a client may make up others without end."""

CLIENT_LEFT = 499
"""What metrics say of a request whose client left before it was answered."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")

NO_LARGER: Mapping[str, int] = MappingProxyType({})

Answers = Callable[[Request, Exception], Response]
"""The answer to an error."""


class RequestMiddleware:
    """ASGI middleware of every service. Whatever the application raises is answered by ``answer_error``."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        max_body_bytes: int,
        answer_error: Answers,
        larger_bodies: Mapping[str, int] = NO_LARGER,
    ) -> None:
        """``larger_bodies``: paths at which a body may be larger, and how large."""
        self.app = app
        self.larger_bodies = larger_bodies
        self.service = service
        self.max_body_bytes = max_body_bytes
        self.answer_error = answer_error
        self._seconds: dict[tuple[str, str, int], Histogram] = {}
        """The metric's children; to look one up by its labels costs more than to observe."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = traceparent = length = None
        is_chunked = False
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                given = value.decode("latin-1")
            elif name == b"traceparent":
                traceparent = value.decode("latin-1")
            elif name == b"content-length":
                length = value
            elif name == b"transfer-encoding":
                is_chunked = True
        request_id = given if given is not None and _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
        scope.setdefault("state", {})["request_id"] = request_id
        if is_chunked or (length is not None and not (length.isdigit() and int(length) <= self.max_body_bytes)):
            receive = self._limited(length, receive, self.larger_bodies.get(scope["path"], self.max_body_bytes))
        token = request_id_var.set(request_id)
        try:
            if traceparent is None and not is_exporting():
                await self._answer(scope, receive, send, request_id)
            else:
                await self._answer_traced(scope, receive, send, request_id, traceparent)
        finally:
            request_id_var.reset(token)

    async def _answer_traced(self, scope: Scope, receive: Receive, send: Send, request_id: str, traceparent: str | None) -> None:
        context = context_of(traceparent)
        with tracer.start_as_current_span(
            f"{scope['method']} {self.service}", context, kind=SpanKind.SERVER, record_exception=False
        ) as span:
            status = await self._answer(scope, receive, send, request_id)
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("http.route", _route(scope))
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> int:
        """Answer the request; returns the status. Raises what the application raised once its answer had begun."""
        status = 0
        state = scope["state"]
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", request_id.encode())]
                if "rate_limit" in state:
                    limit, remaining, reset = state["rate_limit"]
                    headers.append((b"ratelimit", b'"minute";r=%d;t=%d' % (remaining, reset)))
                    headers.append((b"ratelimit-policy", b'"minute";q=%d;w=60' % limit))
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            status = status or CLIENT_LEFT
        except Exception as error:
            if status:
                raise
            await self.answer_error(Request(scope), error)(scope, receive, answer)
        finally:
            self._observe(scope, status, time.perf_counter() - began)
        return status

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        labels = (scope["method"], _route(scope), status)
        child = self._seconds.get(labels)
        if child is None:
            method = labels[0] if labels[0] in METHODS else "other"
            child = REQUEST_SECONDS.labels(self.service, method, labels[1], str(status))
            if method != "other":
                self._seconds[labels] = child
        child.observe(seconds)

    def _limited(self, length: bytes | None, receive: Receive, limit: int) -> Receive:
        """``receive`` that refuses a body beyond the limit, announced or not."""
        received = 0

        async def limited() -> Message:
            nonlocal received
            if length is not None and length.isdigit() and int(length) > limit:
                if int(length) <= MOST_DISCARDED:
                    await _discard(receive)
                raise _too_large(limit)
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    if message.get("more_body", False):
                        await _discard(receive)
                    raise _too_large(limit)
            return message

        return limited


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The body is larger than {limit} bytes.", {"Connection": "close"})


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
    return "unmatched" if route is None else route.path_format
