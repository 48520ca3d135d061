"""A clock in a process of its own: ``python -m tests.integration.engagement.ticking URL JWKS RULES NOW [DIES_IN [COMMITS]]``.

It works without leading, so that two of them do everything at once, in small chunks. It kills itself in the transaction of that
number, when all but the commit is done, or just after it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

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
from shared.db.engine import Sessions, connect


async def work(settings: EngagementSettings, now: datetime, dies_in: int, *, commits: bool) -> None:
    """Do all that is due, as a clock does that has just started, and end."""
    sessions = connect(settings.database_url, pool_size=4)
    await follow_policy.notice_policy(sessions, now=now, settings=settings)
    if dies_in:
        die_in(dies_in, commits=commits)
    async with sessions.own_connection() as connection:
        while await is_anything_due(connection, now):
            await tick(sessions, now=now, settings=settings)
    await sessions.close()


def die_in(number: int, *, commits: bool) -> None:
    """Kill this process in its transaction of this number, before or after the commit."""
    begin, left = Sessions.begin, number

    @asynccontextmanager
    async def begin_and_die(self: Sessions, **how: Any) -> AsyncIterator[AsyncSession]:
        nonlocal left
        left -= 1
        is_last = left == 0
        async with begin(self, **how) as session:
            yield session
            if is_last and not commits:
                os.kill(os.getpid(), signal.SIGKILL)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    Sessions.begin = begin_and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    for module in (announce_due_items, derive_people, follow_policy, record_time, search_positions, watch_obligations):
        module.CHUNK = 5  # type: ignore[attr-defined]  # each has one
    url, keys, rules, moment, *dying = sys.argv[1:]
    own = EngagementSettings(database_url=url, jwks_file=Path(keys), returns=Path(rules))
    asyncio.run(work(own, datetime.fromisoformat(moment), int(dying[0]) if dying else 0, commits="commits" in dying))
