"""Running a piece of work again when a fault may pass: deadlocks, lost connections, another transaction in between."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import Sessions, is_transient
from shared.errors import Unavailable
from shared.observability.heartbeats import beat

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

TRIES = 6
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.64
SECONDS = 20.0
"""After so long no further try is begun: a lock that is never released, or a pool that is never free, is the caller's to know."""


async def retry(work: Callable[[], Awaitable[Result]]) -> Result:
    """The result of ``work``, which is run again after a fault that may pass. Raises Unavailable when it does not.

    A fault may come after the work was committed, when the answer of the server was lost: ``work`` finds what it did before.
    Each try is a sign of life: a part that has much to do, chunk after chunk, is not one that hangs.
    """
    begun, faults = time.monotonic(), 0
    while faults < TRIES and time.monotonic() - begun <= SECONDS:
        if faults:
            pause = min(FIRST_PAUSE * 2**faults, LONGEST_PAUSE)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries
        beat()
        try:
            return await work()
        except Exception as fault:
            if not is_transient(fault):
                raise
            faults += 1
            logger.warning("the database faulted, trying again: %r", fault)
    raise Unavailable("The database does not answer, and whether it stored the request is not known. Send the same again.")


async def transact(sessions: Sessions, work: Callable[[AsyncSession], Awaitable[Result]], *, opening: str = "") -> Result:
    """The result of ``work``, committed. For work that does no harm when it is done twice; else see ``transact_once``.

    ``opening`` is sent together with BEGIN.
    """

    async def run() -> Result:
        async with sessions.begin(opening=opening) as session:
            return await work(session)

    return await retry(run)


async def transact_once(
    sessions: Sessions,
    work: Callable[[AsyncSession], Awaitable[Result]],
    find: Callable[[AsyncSession], Awaitable[Result | None]],
) -> Result:
    """The result of ``work``, committed once: each run begins by ``find``, which returns what an earlier one committed."""

    async def run() -> Result:
        async with sessions.begin() as session:
            found = await find(session)
            return await work(session) if found is None else found

    return await retry(run)
