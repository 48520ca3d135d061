"""What routers take from the application."""

from typing import Annotated

from fastapi import Depends, Request

from services.analytics.settings import AnalyticsSettings
from services.analytics.use_cases.read_freshness import FreshnessReader
from shared.db.engine import Sessions


async def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def _settings(request: Request) -> AnalyticsSettings:
    settings: AnalyticsSettings = request.app.state.settings
    return settings


async def _freshness(request: Request) -> FreshnessReader:
    reader: FreshnessReader = request.app.state.freshness
    return reader


SessionsDep = Annotated[Sessions, Depends(_sessions)]
SettingsDep = Annotated[AnalyticsSettings, Depends(_settings)]
FreshnessDep = Annotated[FreshnessReader, Depends(_freshness)]
