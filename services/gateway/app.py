"""All services behind one base URL, in one process.

A request goes to the service that owns its path; /docs, /health and /metrics are answered here for all.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.gateway import dashboard, metrics, openapi, reference
from services.gateway.behaviour import behaviour
from services.gateway.browser_sessions import WithBrowserSessions
from services.gateway.workers import Workers
from shared.observability.health import exposition
from shared.security.auth import Verifier
from shared.security.revocation_feed import RevocationFeed
from shared.settings import SharedSettings
from shared.web.app import create_service_app

pages = APIRouter(include_in_schema=False)


def create_app(
    services: Mapping[str, FastAPI],
    *,
    owners: Mapping[str, str],
    described: Mapping[str, FastAPI] | None = None,
    follows_revocations: bool = False,
) -> FastAPI:
    """One application of several, given by name; ``owners`` names the service of each path, its first two segments.

    ``described`` are the services whose OpenAPI documents are merged, where others than those served here. With
    ``follows_revocations`` it accepts tokens once it knows which are revoked, and learns of further ones as they are.
    """
    settings = SharedSettings()
    verifier = Verifier(settings)
    verifier.revocations.complete = not follows_revocations
    feed = RevocationFeed(verifier.revocations, settings.kafka_bootstrap_servers)
    for service in services.values():
        service.state.verifier = verifier  # one of a process, so that all know what is revoked
    workers = Workers(os.environ.get("REKINDLE_WORKER_URLS", "").split())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as exits:
            exits.push_async_callback(workers.close)
            if follows_revocations:
                following = asyncio.create_task(feed.run())
                exits.push_async_callback(_ended, following)
            for service in services.values():
                await exits.enter_async_context(service.router.lifespan_context(service))
            yield

    app = create_service_app(
        name="gateway",
        title="Rekindle",
        description=behaviour(),
        routers=[pages, reference.router, dashboard.router],
        settings=settings,
        lifespan=lifespan,
        checks={
            **{f"{name}.{check}": ask for name, service in services.items() for check, ask in service.state.checks.items()},
            **({"tokens": feed.check} if follows_revocations else {}),
        },
        watched={
            **{f"{name}.{check}": ask for name, service in services.items() for check, ask in service.state.watched.items()},
            **workers.checks,
        },
        measures=[measure for service in services.values() for measure in service.state.measures],
    )
    app.state.verifier = verifier
    app.state.services = dict(services)
    app.state.described = dict(services if described is None else described)
    app.state.workers = workers
    _describe(app)
    app.requests = Dispatch(app.requests, {path: services[name] for path, name in owners.items() if name in services})
    if "gateway" in services:
        services["gateway"].state.is_behind_proxy = described is not None
        app.requests = WithBrowserSessions(app.requests, services["gateway"].state.browser_sessions)
    return app


class Dispatch:
    """Hands a request to the service that owns the first two segments of its path."""

    def __init__(self, app: ASGIApp, services: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.services = {path.encode(): service for path, service in services.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = self.services.get(b"/".join(scope["raw_path"].split(b"/", 3)[:3]), self.app)
        await owner(scope, receive, send)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _describe(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            services: Mapping[str, FastAPI] = app.state.described
            app.openapi_schema = openapi.merge(
                {name: service.openapi() for name, service in services.items()},
                title=app.title,
                description=app.description,
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the documented way to replace FastAPI's document


@pages.get("/openapi.json")
async def document(request: Request) -> Response:
    """The merged OpenAPI document."""
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")


@pages.get("/metrics")
async def all_metrics(request: Request) -> Response:
    """The metrics of this process and of the workers, each sample labelled with its process."""
    own, others = await asyncio.gather(exposition(request.app.state.measures), request.app.state.workers.metrics())
    pages = {"gateway": bytes(own.body).decode(), **others}
    return Response(metrics.merge(pages), media_type=own.media_type)
