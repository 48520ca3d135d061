"""The route class of every operation: who may, and what is read, is settled before the operation runs."""

import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self, get_args, get_origin
from urllib.parse import unquote_to_bytes, urlencode

import orjson
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.errors import BadRequest, DomainError, FieldError
from shared.security.auth import Principal, authorize
from shared.web.json_body import read_json


class TooManyRequests(DomainError):
    """The token has made more requests than its allowance."""

    code = "too_many_requests"
    title = "Too many requests"


class UnknownParameter(BadRequest):
    """A query parameter that this operation does not know, or a repeated one."""

    code = "unknown_parameter"
    title = "A query parameter is not read here"


class MalformedAddress(BadRequest):
    """A path or a query that is not percent-encoded UTF-8: read with replacements, different names would be one."""

    code = "malformed_address"
    title = "The address cannot be read"


class JsonRequest(Request):
    """A request whose JSON body is read strictly."""

    @classmethod
    def of(cls, request: Request) -> Self:
        """The same request; a body that was read already is kept."""
        if isinstance(request, cls):
            return request
        strict = cls(request.scope, request.receive)
        if hasattr(request, "_body"):
            strict._body = request._body  # noqa: SLF001 - Starlette's cache; reading the stream twice would wait for ever
        return strict

    async def body(self) -> bytes:
        """The whole body. Raises ClientDisconnect. Starlette reads it through a generator, which costs an event a tenth."""
        if not hasattr(self, "_body"):
            chunks: list[bytes] = []
            more = True
            while more:
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunks.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """The body. Raises MalformedBody or Invalid."""
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Checks token, scope and allowance first, then the query, then reads the body; each refusal names field and rule."""

    reading: ClassVar[type[JsonRequest]] = JsonRequest
    """How the body is read."""
    post_headers: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Headers that the class reads of a POST, as OpenAPI's parameters."""

    def operation(self) -> Handler:
        """What answers a request that passed the checks: FastAPI's solving of dependencies, validation and endpoint."""
        return super().get_route_handler()

    def around(self, run: Handler) -> Handler:
        """What stands between these checks and the operation; here nothing."""
        return run

    def get_route_handler(self) -> Handler:
        run = self.around(self.operation())
        scopes = scopes_of(self)
        reads_body = self.body_field is not None
        is_list = any(field.alias == "cursor" for part in _all(self.dependant) for field in part.query_params)
        known = {field.alias: _is_list(field) for part in _all(self.dependant) for field in part.query_params}

        async def handle(request: Request) -> Response:
            if scopes:
                _allow(request, await authorize(request, scopes))
            _check_encoding(request)
            _check_query(request, known)
            strict = self.reading.of(request)
            if reads_body:
                await _read_body(strict)
            response = await run(strict)
            if is_list:
                _link_next(request, response)
            return response

        return handle


class OpenRoute(StrictRoute):
    """An operation that needs no token; each address it is called from has an allowance instead."""

    def around(self, run: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            address = "" if request.client is None else request.client.host
            limit: int = request.app.state.settings.open_requests_per_minute
            _spend(request, f"address {address}", limit, f"More than {limit} requests in a minute came from this address.")
            return await run(request)

        return handle


class RawRoute(StrictRoute):
    """Calls its endpoint with the request and nothing else. Solving dependencies costs as much as storing an event."""

    respond: Handler

    def get_route_handler(self) -> Handler:
        self.respond = super().get_route_handler()
        return self.respond

    def operation(self) -> Handler:
        endpoint: Handler = self.endpoint
        return endpoint

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, without the layers that FastAPI puts around an endpoint."""
        response = await self.respond(JsonRequest(scope, receive))
        await response(scope, receive, send)


async def _read_body(request: JsonRequest) -> None:
    """Parse the body now, so that its errors are answered as they are; 415 for another content type."""
    if not await request.body():
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise HTTPException(415, f"The content type {kind or '(none)'} is not read here; send application/json.")
    await request.json()


def scopes_of(route: APIRoute) -> tuple[str, ...]:
    """The scopes of which an operation needs one; none for an open operation."""
    for part in _all(route.dependant):
        if found := getattr(part.call, "scopes", None):
            return tuple(found)
    return ()


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _all(below)


def _is_list(field: Any) -> bool:
    annotation = field.field_info.annotation
    return any(get_origin(one) in {list, tuple, set} for one in (annotation, *get_args(annotation)))


def _link_next(request: Request, response: Response) -> None:
    """Put the address of the next page into ``Link``, beside the body's ``next_cursor``."""
    if response.status_code != 200 or isinstance(response, StreamingResponse):
        return
    cursor = orjson.loads(response.body).get("next_cursor")
    if cursor is not None:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        path = request.scope["raw_path"].decode("latin-1")
        response.headers["Link"] = f'<{path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'


def _check_encoding(request: Request) -> None:
    for field, raw in (("path", request.scope.get("raw_path")), ("query", request.scope["query_string"])):
        if raw and b"%" in raw:
            try:
                unquote_to_bytes(raw).decode()
            except UnicodeDecodeError as fault:
                raise MalformedAddress.of(field, "must be percent-encoded UTF-8") from fault


def _check_query(request: Request, known: dict[str, bool]) -> None:
    if not request.scope["query_string"]:
        return
    wrong: list[FieldError] = []
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            wrong.append(
                FieldError(name, "is not a parameter of this operation, which takes " + (", ".join(sorted(known)) or "none"))
            )
        elif name in seen and not known[name]:
            wrong.append(FieldError(name, "must be given once"))
        elif "\0" in value:
            wrong.append(FieldError(name, "must not hold a NUL character"))
        seen.add(name)
    if wrong:
        raise UnknownParameter("; ".join(f"{one.field} {one.rule}" for one in wrong), errors=wrong)


_windows: dict[str, tuple[int, int]] = {}
MOST_WINDOWS = 10_000
"""Of so many callers the minute is remembered; whoever can make up more is let off with a new minute."""


def _allow(request: Request, principal: Principal) -> None:
    """Count the request against the principal's allowance in this minute. Raises TooManyRequests."""
    limit: int = request.app.state.settings.requests_per_minute
    _spend(request, principal.identity, limit, f"The token {principal.name!r} made more than {limit} requests in a minute.")


def _spend(request: Request, caller: str, limit: int, refusal: str) -> None:
    now = time.time()
    window = int(now // 60)
    begun, used = _windows.get(caller, (window, 0))
    used = used + 1 if begun == window else 1
    if len(_windows) >= MOST_WINDOWS and caller not in _windows:
        _windows.clear()
    _windows[caller] = (window, used)
    reset = 60 - int(now % 60)
    request.state.rate_limit = (limit, max(0, limit - used), reset)
    if used > limit:
        raise TooManyRequests(refusal, extra={"retry_after": reset})
