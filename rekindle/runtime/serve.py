"""Serve the HTTP API: `python -m rekindle.runtime.serve --port N`, all services in one process, or some alone (`--only`)."""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module

from fastapi import FastAPI

from rekindle.runtime.forwarding import forwarded
from rekindle.runtime.garbage_collection import collect_rarely
from rekindle.runtime.registry import SERVICES
from services.gateway.app import create_app as create_gateway
from shared.observability.logging import configure_logging
from shared.observability.tracing import configure_tracing
from shared.settings import SharedSettings


def create_app(services: Mapping[str, FastAPI] | None = None) -> FastAPI:
    """The gateway with all services that are installed, or those given by name."""
    owners = {path: service.name for service in SERVICES for path in service.paths}
    return create_gateway(installed_services() if services is None else services, owners=owners)


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
