"""The HTTP application of analytics: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from services.analytics.api import funnels, metrics, waiting
from services.analytics.settings import AnalyticsSettings
from services.analytics.use_cases.tell_freshness import FreshnessTeller
from services.analytics.use_cases.wait_until_counted import WaitingRoom
from shared.db import connect
from shared.standing import Standing
from shared.web import create_service_app


def create_app(settings: AnalyticsSettings | None = None) -> FastAPI:
    """Routes at their full paths, all below /v1/analytics."""
    settings = settings or AnalyticsSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="analytics api")
    standing = Standing(
        "analytics",
        sessions,
        settings.kafka_bootstrap_servers,
        groups=("analytics.projector", "analytics.producers"),
        has_outbox=False,
    )
    freshness = FreshnessTeller(settings.kafka_bootstrap_servers, now=datetime.now(UTC))
    waiting_room = WaitingRoom(sessions)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await waiting_room.close()
        await freshness.close()
        await standing.close()

    app = create_service_app(
        name="analytics",
        title="Rekindle: analytics",
        description="What it adds up to: funnels of positions and of the organisation, and what each number means.",
        routers=[funnels.router, metrics.router, waiting.router],
        settings=settings,
        lifespan=lifespan,
        checks=standing.checks,
        watched=standing.watched,
        measures=standing.measures,
    )
    app.state.sessions = sessions
    app.state.settings = settings
    app.state.freshness = freshness
    app.state.waiting_room = waiting_room
    return app
