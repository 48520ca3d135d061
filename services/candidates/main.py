"""The HTTP application of candidates: wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text

from services.candidates.api import candidates, erasures, positions
from services.candidates.settings import CandidatesSettings
from shared.db import Sessions, connect
from shared.web import create_service_app


def create_app(settings: CandidatesSettings | None = None) -> FastAPI:
    """Routes at their full paths: /v1/candidates, /v1/positions, /v1/erasures."""
    settings = settings or CandidatesSettings()
    sessions = connect(settings.database_url, pool_size=settings.pool_size, name="candidates api")

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await sessions.close()

    app = create_service_app(
        name="candidates",
        title="Rekindle: candidates",
        description="Who people are, and which positions there are.",
        routers=[candidates.router, positions.router, erasures.router],
        settings=settings,
        lifespan=lifespan,
        checks={"database": lambda: _answers(sessions)},
    )
    app.state.sessions = sessions
    app.state.settings = settings
    return app


async def _answers(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("SELECT id FROM candidates LIMIT 1"))
