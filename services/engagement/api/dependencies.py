"""What routers take from the application: sessions and settings."""

from typing import Annotated

from fastapi import Depends, Request

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions


async def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def _settings(request: Request) -> EngagementSettings:
    settings: EngagementSettings = request.app.state.settings
    return settings


SessionsDep = Annotated[Sessions, Depends(_sessions)]
SettingsDep = Annotated[EngagementSettings, Depends(_settings)]
