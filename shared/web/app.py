"""A service's HTTP application: routers, middleware, error answers, probes and the OpenAPI document."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.observability.health import Check, probes
from shared.security.auth import Verifier
from shared.settings import SharedSettings
from shared.timestamps import set_organisation_zone
from shared.web.addresses import AddressTable
from shared.web.idempotency import IdempotentRoute, clearing
from shared.web.middleware import RequestMiddleware
from shared.web.openapi import describe
from shared.web.pagination import use_cursor_key
from shared.web.problem_details import answer_error

logger = logging.getLogger(__name__)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Any]]
Measure = Callable[[], Awaitable[None]]


class ServiceApp(FastAPI):
    """A FastAPI application whose requests go through our own frame and table of addresses, and none of its middleware.

    FastAPI matches the decoded path, in which a slash of a name and one between segments are the same, and puts six layers
    around every request; an event costs less than those.
    """

    requests: ASGIApp
    """What answers HTTP requests; lifespan events are FastAPI's."""
    _addresses: AddressTable | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.requests(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def operate(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the operation that the request's address names. Raises what it raises, and HTTPException 404 and 405."""
        if self._addresses is None:
            self._addresses = AddressTable(self.routes)
        operation, parameters = self._addresses.find(scope["method"], scope["raw_path"])
        scope["app"], scope["route"], scope["path_params"] = self, operation.route, parameters
        await operation.run(scope, receive, send)


def create_service_app(
    *,
    name: str,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    settings: SharedSettings,
    lifespan: Lifespan | None = None,
    checks: Mapping[str, Check] | None = None,
    watched: Mapping[str, Check] | None = None,
    measures: Sequence[Measure] = (),
    tags: Mapping[str, str] | None = None,
    schemas: Callable[[], Mapping[str, dict[str, Any]]] | None = None,
    uploads: Sequence[str] = (),
) -> ServiceApp:
    """A service's HTTP application: its routers, problems for every error, probes, metrics and its OpenAPI document.

    ``checks`` and ``watched`` are what ``/health/ready`` asks; ``measures`` are run before ``/metrics`` is read. All stay on
    ``app.state`` for a gateway that puts several services behind one address. ``tags`` describes the tags of the routers;
    ``schemas`` makes the components of the document that no route declares. ``uploads`` are paths that take files.
    """
    set_organisation_zone(settings.zone)
    use_cursor_key(settings)
    app = ServiceApp(
        title=title,
        description=description,
        version="1",
        openapi_url=f"/v1/{name}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(lifespan, routers),
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # shared.web.middleware does this for all services
    )
    app.state.name = name
    app.state.verifier = Verifier(settings)
    app.state.settings = settings
    app.state.checks = dict(checks or {})
    app.state.watched = dict(watched or {})
    app.state.measures = tuple(measures)
    for router in (*routers, probes):
        app.router.routes.extend(router.routes)
    app.requests = RequestMiddleware(
        app.operate,
        service=name,
        max_body_bytes=settings.max_body_bytes,
        larger_bodies=dict.fromkeys(uploads, settings.max_upload_bytes),
        answer_error=answer_error,
    )
    if origins := settings.cors_origins.split():
        app.requests = _let_in(app.requests, origins)
    describe(app, routers, tags=tags or {}, schemas=schemas)
    return app


def _let_in(requests: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """The same for browsers on pages of these origins. Tokens are sent in a header, so no cookie is let in."""
    return CORSMiddleware(
        requests,
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-Id"],
        expose_headers=["ETag", "Link", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"],
    )


def _lifespan(own: Lifespan | None, routers: Sequence[APIRouter]) -> Lifespan:
    """The service's own, and the removal of kept answers where a route keeps any (in ``app.state.sessions``)."""
    keeps_answers = any(isinstance(route, IdempotentRoute) for router in routers for route in router.routes)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as exits:
            if own is not None:
                await exits.enter_async_context(own(app))
            if keeps_answers:
                await exits.enter_async_context(clearing(app.state.sessions))
            yield

    return lifespan
