"""One clock leads; after a fault it leads again, on whatever connection it is given."""

import asyncio

import pytest
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases import run_clock
from shared.db.engine import Sessions
from shared.errors import Unavailable


async def test_a_clock_that_met_a_fault_leads_again(
    engagement: Sessions, settings: EngagementSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    stop = asyncio.Event()

    async def look(*_: object) -> bool:
        looks.append(True)
        if len(looks) == 1:
            raise Unavailable("the database went away")
        stop.set()
        return False

    monkeypatch.setattr(run_clock, "is_anything_due", look)
    monkeypatch.setattr(run_clock, "RETRY_AFTER", 0.1)
    # So many connections have been opened that the one which led is not the next to be given.
    async with engagement.begin() as one, engagement.begin() as other:
        await one.execute(text("SELECT 1"))
        await other.execute(text("SELECT 1"))

    async with asyncio.timeout(10):
        await run_clock.run_clock(engagement, settings, stop)

    assert len(looks) == 2
