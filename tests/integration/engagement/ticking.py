"""A clock in a process of its own, which a test may kill: ``python -m tests.integration.engagement.ticking URL JWKS RULES NOW``.

It works without leading, so that two of them do everything at once, in chunks so small that a kill meets it in their middle.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.use_cases import (
    announce_due_items,
    derive_people,
    follow_policy,
    record_time,
    search_positions,
    watch_obligations,
)
from services.engagement.use_cases.run_clock import tick
from shared.db.engine import connect

READY = "ready"


async def work(settings: EngagementSettings, now: datetime) -> None:
    """Do all that is due, as a clock does that has just started, and end."""
    sessions = connect(settings.database_url, pool_size=4)
    await follow_policy.notice_policy(sessions, now=now, settings=settings)
    print(READY, flush=True)
    async with sessions.own_connection() as connection:
        while await is_anything_due(connection, now):
            await tick(sessions, now=now, settings=settings)
    await sessions.close()


if __name__ == "__main__":
    for module in (announce_due_items, derive_people, follow_policy, record_time, search_positions, watch_obligations):
        module.CHUNK = 5  # type: ignore[attr-defined]  # each has one
    url, keys, rules, moment = sys.argv[1:]
    own = EngagementSettings(database_url=url, jwks_file=Path(keys), returns=Path(rules))
    asyncio.run(work(own, datetime.fromisoformat(moment)))
