"""What routers take from the application: sessions and settings."""

from typing import Annotated

from fastapi import Depends

from services.engagement.settings import EngagementSettings
from shared.web.dependencies import SessionsDep, of_state

__all__ = ["SessionsDep", "SettingsDep"]

SettingsDep = Annotated[EngagementSettings, Depends(of_state("settings", EngagementSettings))]
