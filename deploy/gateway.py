"""All services behind one base URL, in one process: `python -m deploy.gateway --port N`.

A request goes to the service that owns its path; /docs, /health and /metrics are answered here for all. A gateway may hold
some services alone (`--only`), or hand requests to others that run elsewhere (`--forward`).
"""

import argparse
import logging
import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy import metrics, openapi
from deploy.collecting import collect_rarely
from deploy.forwarding import forwarded
from deploy.services import SERVICES
from shared.logging import configure_logging
from shared.probes import exposition
from shared.settings import SharedSettings
from shared.tracing import configure_tracing
from shared.web import create_service_app

WORKER_SECONDS = 2.0
"""How long the gateway waits for a worker's metrics."""

logger = logging.getLogger("deploy.gateway")
pages = APIRouter(include_in_schema=False)


def create_app(services: Mapping[str, FastAPI] | None = None) -> FastAPI:
    """The gateway with all services that are installed, or those given by name."""
    services = installed_services() if services is None else services
    settings = SharedSettings()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as exits:
            for service in services.values():
                await exits.enter_async_context(service.router.lifespan_context(service))
            yield

    app = create_service_app(
        name="gateway",
        title="Rekindle",
        description="The relationship memory of a hiring team.",
        routers=[pages],
        settings=settings,
        lifespan=lifespan,
        checks={f"{name}.{check}": ask for name, service in services.items() for check, ask in service.state.checks.items()},
        watched={f"{name}.{check}": ask for name, service in services.items() for check, ask in service.state.watched.items()},
        measures=[measure for service in services.values() for measure in service.state.measures],
    )
    app.state.services = dict(services)
    _describe(app)
    app.add_middleware(Dispatch, services=_by_path(services))
    return app


def installed_services(only: Collection[str] = ()) -> dict[str, FastAPI]:
    """Every service that has an application, by name; or those of the given names."""
    return {
        service.name: import_module(f"{service.package}.main").create_app()
        for service in SERVICES
        if service.provides("main") and (not only or service.name in only)
    }


def chosen_services(only: Sequence[str], forward: Sequence[str]) -> dict[str, FastAPI]:
    """The services that the options name: here those of ``only``, elsewhere those of ``forward`` (NAME=URL).

    Raises ValueError for a name that no service has.
    """
    known = {service.name: service for service in SERVICES}
    here = [name.strip() for names in only for name in names.split(",")]
    elsewhere = {name: url for name, _, url in (one.partition("=") for one in forward)}
    for name in (*here, *elsewhere):
        if name not in known:
            raise ValueError(f"no service is called {name!r}; there are {', '.join(known)}")
    if wrong := [f"{name}={url}" for name, url in elsewhere.items() if not url.startswith(("http://", "https://"))]:
        raise ValueError(f"{', '.join(wrong)}: must be NAME=http://HOST:PORT")
    held = installed_services(here) if here or not elsewhere else {}
    return held | {name: forwarded(known[name], url) for name, url in elsewhere.items()}


def _by_path(services: Mapping[str, FastAPI]) -> dict[str, FastAPI]:
    return {path: services[service.name] for service in SERVICES if service.name in services for path in service.paths}


class Dispatch:
    """Hands a request to the service that owns the first two segments of its path."""

    def __init__(self, app: ASGIApp, services: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = self.app
        if scope["type"] == "http":
            owner = self.services.get("/".join(scope["path"].split("/", 3)[:3]), self.app)
        await owner(scope, receive, send)


def _describe(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            services: Mapping[str, FastAPI] = app.state.services
            app.openapi_schema = openapi.merge(
                {name: service.openapi() for name, service in services.items()},
                title=app.title,
                description=app.description,
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the documented way to replace FastAPI's document


@pages.get("/")
async def home() -> Response:
    """Lead a browser to the documentation."""
    return RedirectResponse("/docs")


@pages.get("/docs")
async def docs() -> Response:
    """The documentation of all services on one page, without anything from elsewhere."""
    return HTMLResponse(Path(__file__).with_name("docs.html").read_text())


@pages.get("/openapi.json")
async def document(request: Request) -> Response:
    """The merged OpenAPI document."""
    return Response(_json(request.app.openapi()), media_type="application/json")


@pages.get("/metrics")
async def all_metrics(request: Request) -> Response:
    """The metrics of this process and of the workers, each sample labelled with its process."""
    own = await exposition(request.app.state.measures)
    collected = {"gateway": bytes(own.body).decode()}
    urls = os.environ.get("REKINDLE_WORKER_URLS", "").split()
    async with httpx.AsyncClient(timeout=WORKER_SECONDS, trust_env=False) as client:
        for number, url in enumerate(urls):
            try:
                answer = await client.get(f"{url}/metrics")
                collected["worker" if len(urls) == 1 else f"worker-{number}"] = answer.text
            except httpx.HTTPError as error:
                logger.warning("the worker at %s does not tell its metrics: %r", url, error)
    return Response(metrics.merge(collected), media_type=own.media_type)


def _json(content: Any) -> bytes:
    import orjson

    return orjson.dumps(content)


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--only", action="append", default=[], metavar="SERVICE", help="this service alone (several with commas)")
    parser.add_argument(
        "--forward", action="append", default=[], metavar="SERVICE=URL", help="a service that runs elsewhere; repeat for more"
    )
    asked = parser.parse_args()
    try:
        services = chosen_services(asked.only, asked.forward)
    except ValueError as error:
        parser.error(str(error))
    configure_logging(SharedSettings().log_level, service="gateway")
    configure_tracing("rekindle-gateway")
    import uvicorn

    app = create_app(services)
    collect_rarely()
    uvicorn.run(
        app,
        host=asked.host,
        port=asked.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=8,
        ws="none",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
