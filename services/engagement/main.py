"""The HTTP application of engagement: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text

from services.engagement.api import events, pursuits, queue, timelines
from services.engagement.api.event_schema import describe_events
from services.engagement.settings import EngagementSettings
from shared.db import Sessions, connect
from shared.web import create_service_app


def create_app(settings: EngagementSettings | None = None) -> FastAPI:
    """Routes at their full paths: /v1/events, /v1/timelines, /v1/pursuits, /v1/queue."""
    settings = settings or EngagementSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="engagement api")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await sessions.close()

    app = create_service_app(
        name="engagement",
        title="Rekindle: engagement",
        description="What happened, and what may and must happen next.",
        routers=[events.router, timelines.router, pursuits.router, queue.router],
        settings=settings,
        lifespan=lifespan,
        checks={"database": lambda: _answers(sessions)},
    )
    describe_events(app)
    app.state.sessions = sessions
    app.state.settings = settings
    return app


async def _answers(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("SELECT 1"))
