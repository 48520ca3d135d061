"""Serve the HTTP API: `python -m rekindle.runtime.serve --port N`, all services in one process, or some alone (`--only`)."""

import argparse
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module

from fastapi import FastAPI

from rekindle.runtime.garbage_collection import collect_rarely
from rekindle.runtime.registry import SERVICES
from services.gateway.app import create_app as create_gateway
from shared.observability.logging import configure_logging
from shared.observability.tracing import configure_tracing
from shared.settings import SharedSettings

GATEWAY = "gateway"


def create_app(services: Mapping[str, FastAPI], *, follows_revocations: bool = False) -> FastAPI:
    """The gateway with services, given by name."""
    described = installed_services() if services.keys() == {GATEWAY} else None
    owners = {path: service.name for service in SERVICES for path in service.paths}
    return create_gateway(services, owners=owners, described=described, follows_revocations=follows_revocations)


def installed_services(only: Collection[str] = ()) -> dict[str, FastAPI]:
    """Every service that has an application, by name; or those of the given names."""
    return {
        service.name: import_module(f"{service.package}.main").create_app()
        for service in SERVICES
        if service.provides("main") and (not only or service.name in only)
    }


def chosen_app(only: Sequence[str]) -> FastAPI:
    """The application of the services that ``--only`` names, several with commas; without it, of all.

    The pages of ``gateway`` describe all of them. Raises ValueError for a name that no service has.
    """
    names = {name.strip() for value in only for name in value.split(",")}
    known = [service.name for service in SERVICES]
    if unknown := sorted(names - {*known}):
        raise ValueError(f"no service is called {', '.join(unknown)}; there are {', '.join(known)}")
    return create_app(installed_services(names), follows_revocations=True)


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--host", default="127.0.0.1")
    only = "this service alone (several with commas); `gateway` serves the pages that describe all of them"
    parser.add_argument("--only", action="append", default=[], metavar="SERVICE", help=only)
    asked = parser.parse_args()
    name = ",".join(asked.only) or GATEWAY
    configure_logging(SharedSettings().log_level, service=name)
    configure_tracing(f"rekindle-{name}")
    import uvicorn

    from rekindle.runtime.http_protocol import AnswerInOneWrite

    try:
        app = chosen_app(asked.only)
    except ValueError as error:
        parser.error(str(error))
    collect_rarely()
    uvicorn.run(
        app,
        http=AnswerInOneWrite,
        host=asked.host,
        port=asked.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here asks for the address or the scheme of a client
        # Longer than a proxy in front keeps a connection, so that it never sends a request on one that is being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=8,
        ws="none",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
