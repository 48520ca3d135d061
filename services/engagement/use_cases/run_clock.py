"""engagement.clock: one process at a time watches what time brings about."""

import asyncio
import logging
from datetime import datetime

from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.use_cases.announce_due_items import announce_due_items
from services.engagement.use_cases.derive_people import derive_stale
from services.engagement.use_cases.follow_policy import follow_policy, notice_policy
from services.engagement.use_cases.follow_positions import follow_positions
from services.engagement.use_cases.record_time import record_time
from services.engagement.use_cases.remember_rules import remember_rules
from services.engagement.use_cases.search_positions import search_positions
from services.engagement.use_cases.watch_obligations import watch_obligations
from shared import clock
from shared.db.engine import Sessions, is_transient
from shared.db.leader import leading
from shared.db.locks import CLOCK
from shared.errors import Unavailable
from shared.observability.heartbeats import beat
from shared.shutdown import pause

logger = logging.getLogger(__name__)

RETRY_AFTER = 1.0


async def run_clock(sessions: Sessions, settings: EngagementSettings, stop: asyncio.Event) -> None:
    """Lead where nobody else does, until ``stop`` is set. Faults of the database are logged and tried again."""
    while not stop.is_set():
        try:
            await _lead(sessions, settings, stop)
        except Exception as fault:
            if not isinstance(fault, Unavailable) and not is_transient(fault):
                raise
            logger.warning("the clock meets a fault of the database and tries again: %r", fault)
            await pause(stop, RETRY_AFTER)


async def _lead(sessions: Sessions, settings: EngagementSettings, stop: asyncio.Event) -> None:
    # A second leader would do no harm, for all is done under the streams' locks; it would only do it twice.
    async with leading(sessions, CLOCK, stop) as connection:
        if connection is not None:
            await notice_policy(sessions, now=clock.now(), settings=settings)
            await remember_rules(sessions, settings, now=clock.now())
        while connection is not None and not stop.is_set():
            beat()
            now = clock.now()
            if await is_anything_due(connection, now):  # whoever has lost the connection leads no more
                await tick(sessions, now=now, settings=settings)
            await pause(stop, settings.clock_seconds)


async def tick(sessions: Sessions, *, now: datetime, settings: EngagementSettings) -> None:
    """Do what is due at ``now``."""
    owed = await watch_obligations(sessions, now=now, settings=settings)
    derived = await derive_stale(sessions, now=now, settings=settings)
    anew = await follow_policy(sessions, now=now, settings=settings)
    if anew:
        logger.info("the clock derived %d persons anew, for the rules have changed", anew)
    followed = await follow_positions(sessions, now=now, settings=settings)
    compared = await search_positions(sessions, now=now, settings=settings)
    recorded = await record_time(sessions, now=now, settings=settings)
    announced = 0
    while more := await announce_due_items(sessions, now=now, settings=settings):
        announced += more
    if derived or followed or compared or recorded or announced or owed:
        logger.info(
            "the clock derived %d persons, followed changed positions in %d pursuits, compared %d persons with "
            "positions, recorded %d events, announced %d queue items and moved %d obligations",
            derived,
            followed,
            compared,
            recorded,
            announced,
            owed,
        )
