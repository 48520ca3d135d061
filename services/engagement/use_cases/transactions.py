"""Running a transaction again when a fault may pass: deadlocks, lost connections, streams linked under our hands."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.storage.event_keys import KeyTakenError
from services.engagement.storage.relationships import PeopleMovedError
from shared.db.engine import Sessions, is_transient
from shared.errors import Unavailable

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

TRIES = 6
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.64
SECONDS = 20.0
"""After so long no further try is begun: a lock that is never released, or a pool that is never free, is told to the caller."""


async def transact(sessions: Sessions, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """The result of ``work``, committed. Raises Unavailable when the faults do not pass.

    ``work`` may run several times, each in a transaction of its own. When the connection is lost while committing, the next
    run finds what was committed.
    """
    begun = time.monotonic()
    faults = meetings = 0
    while faults < TRIES and time.monotonic() - begun <= SECONDS:
        if faults or meetings:
            pause = min(FIRST_PAUSE * 2 ** (faults + meetings), LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries
        try:
            async with sessions.begin() as session:
                return await work(session)
        except (PeopleMovedError, KeyTakenError) as moved:
            # No fault: somebody else got on meanwhile. Streams that are linked all the time may be met often.
            meetings += 1
            logger.info("the transaction met another one and begins again: %r", moved)
        except Exception as fault:
            if not is_transient(fault):
                raise
            faults += 1
            logger.warning("the database faulted, trying again: %r", fault)
    raise Unavailable("The database does not answer as it should just now. Send the request again: nothing counts twice.")
