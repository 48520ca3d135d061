"""What routers take from the application."""

import asyncio
from typing import Annotated

from fastapi import Depends

from services.analytics.settings import AnalyticsSettings
from services.analytics.use_cases.column_store import ColumnStore
from services.analytics.use_cases.read_fit import FitReader
from services.analytics.use_cases.read_freshness import FreshnessReader
from shared.web.dependencies import SessionsDep, of_state

__all__ = ["ColumnsDep", "ExportsDep", "FitDep", "FreshnessDep", "PeopleDep", "SessionsDep", "SettingsDep"]

SettingsDep = Annotated[AnalyticsSettings, Depends(of_state("settings", AnalyticsSettings))]
FreshnessDep = Annotated[FreshnessReader, Depends(of_state("freshness", FreshnessReader))]
ColumnsDep = Annotated[ColumnStore, Depends(of_state("columns", ColumnStore))]
PeopleDep = Annotated[ColumnStore, Depends(of_state("people", ColumnStore))]
ExportsDep = Annotated[asyncio.Semaphore, Depends(of_state("exports", asyncio.Semaphore))]
"""The turns of exports."""
FitDep = Annotated[FitReader, Depends(of_state("fit", FitReader))]
