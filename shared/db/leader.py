"""Leaders: of the processes that do the same work, one does it, on a connection that nobody else waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.db.asyncpg_connection import Driver
from shared.db.engine import Sessions
from shared.observability.heartbeats import beat
from shared.shutdown import pause

LOOK_EVERY = 1.0
"""Seconds between two attempts of one who does not lead to take over."""


@asynccontextmanager
async def leading(sessions: Sessions, lock: int, stop: asyncio.Event) -> AsyncIterator[Driver | None]:
    """Wait to be the leader, and lead for the length of the block; None when ``stop`` was set before.

    The connection holds the advisory lock, so whoever loses it leads no more. It is outside of the pool and is closed at the
    end: a leader holds it for as long as its process lives, and a lock on a pooled connection would outlive the leadership.
    """
    async with sessions.own_connection() as connection:
        while not stop.is_set():
            beat()
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
                yield connection
                return
            await pause(stop, LOOK_EVERY)
        yield None
