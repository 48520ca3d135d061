"""Wait until events and records are counted."""

import asyncio
from collections.abc import Sequence

from services.analytics.domain.awaited import Awaited
from services.analytics.domain.errors import NotCountedYet
from services.analytics.domain.projector import GROUP
from services.analytics.storage import heads
from shared.db import Sessions

POLL_SECONDS = 0.02
LISTED = 100
"""How many of the missing a problem names."""


async def wait_until_counted(sessions: Sessions, awaited: Sequence[Awaited], *, seconds: float) -> None:
    """Return once all are counted. Raises NotCountedYet, with what is missing, when they are not after ``seconds``."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + seconds
    missing = list(awaited)
    while missing:
        async with sessions.begin() as session:
            missing = await heads.not_reached(session, GROUP, missing)
        if not missing:
            return
        left = deadline - clock.time()
        if left <= 0:
            names = [one.text for one in missing]
            raise NotCountedYet(
                f"{len(names)} of {len(awaited)} are not counted after {seconds:g} s: {', '.join(names[:3])}"
                + ("" if len(names) <= 3 else ", ..."),
                extra={"missing": names[:LISTED], "missing_count": len(names)},
            )
        await asyncio.sleep(min(POLL_SECONDS, left))
