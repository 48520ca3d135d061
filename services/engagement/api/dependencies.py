"""What routers take from the application: sessions, settings and who stores events."""

from typing import Annotated

from fastapi import Depends, Request

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.gathering import Gatherer
from shared.db import Sessions


async def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def _settings(request: Request) -> EngagementSettings:
    settings: EngagementSettings = request.app.state.settings
    return settings


async def _gatherer(request: Request) -> Gatherer:
    gatherer: Gatherer = request.app.state.gatherer
    return gatherer


SessionsDep = Annotated[Sessions, Depends(_sessions)]
SettingsDep = Annotated[EngagementSettings, Depends(_settings)]
GathererDep = Annotated[Gatherer, Depends(_gatherer)]
