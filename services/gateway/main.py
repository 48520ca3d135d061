"""The HTTP application of the gateway's own paths: wiring only. ``app.py`` puts it and all other services behind one address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.gateway.announcing import Announcer
from services.gateway.api import exports, login_links, oidc, session, tokens
from services.gateway.api.dependencies import TokenDesk
from services.gateway.browser_sessions import BrowserSessions
from services.gateway.issuer_login import IssuerLogin
from services.gateway.settings import GatewaySettings
from services.gateway.use_cases.load_revocations import load_revocations
from shared.db.engine import connect
from shared.observability.health import ServiceHealth
from shared.web.app import create_service_app


def create_app(settings: GatewaySettings | None = None) -> FastAPI:
    """Routes at their full paths: /v1/tokens, /v1/login-links, /v1/exports, /session."""
    settings = settings or GatewaySettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="gateway")
    health = ServiceHealth("gateway", sessions, settings.kafka_bootstrap_servers)
    announcer = Announcer(settings.kafka_bootstrap_servers)
    api = httpx.AsyncClient(base_url=settings.api_url or settings.public_url, timeout=exports.SECONDS, trust_env=False)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loading = asyncio.create_task(
            load_revocations(sessions, app.state.verifier.revocations, announcer, settings.signing_keys)
        )
        yield
        loading.cancel()
        await asyncio.wait([loading])
        await announcer.close()
        await api.aclose()
        await health.close()

    app = create_service_app(
        name="gateway",
        title="Rekindle: gateway",
        description="Who may call the API, the sessions of the dashboard, and copies of what is held of people.",
        routers=[tokens.router, login_links.router, exports.router, session.router, oidc.router],
        tags={
            "tokens": "Who may call the API: tokens are issued, listed, revoked and rotated.",
            "login links": "Links with which people log in to the dashboard, each once.",
            "exports": "A copy of everything that is held of a person.",
        },
        settings=settings,
        lifespan=lifespan,
        checks=health.checks,
    )
    app.state.api = api
    app.state.desk = TokenDesk(sessions, settings, announcer)
    app.state.browser_sessions = BrowserSessions(sessions, deployment=settings.deployment, keys=settings.signing_keys)
    app.state.issuer_login = IssuerLogin(settings)
    return app
