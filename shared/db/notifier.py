"""Notifying the relay that there is something in the outbox: NOTIFY, seldom and outside of every transaction.

NOTIFY takes a lock of the whole server when its transaction commits, so it goes over a connection of its own, after the
commit, and at most ten times a second. It is a hint: one that is lost costs the time until the relay looks by itself.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from shared.db.asyncpg_connection import Driver

logger = logging.getLogger(__name__)

CHANNEL = "outbox"
AT_MOST_EVERY = 0.1
"""Seconds between two notifications of a process."""


class Notifier:
    """Sends the notifications of one process about one database. ``open_connection`` gives it a connection of its own."""

    def __init__(self, open_connection: Callable[[], AbstractAsyncContextManager[Driver]]) -> None:
        self._open_connection = open_connection
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def notify(self) -> None:
        """Notify the listeners soon. Never waits and never fails."""
        self._wanted.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        try:
            async with self._open_connection() as connection:
                while await self._wanted.wait():
                    self._wanted.clear()
                    await connection.execute(f"NOTIFY {CHANNEL}")
                    await asyncio.sleep(AT_MOST_EVERY)
        except Exception as error:  # noqa: BLE001 - whatever keeps a hint from being given must not keep anybody from working
            logger.warning("no notification of what is in the outbox could be sent; the relay finds it by itself: %r", error)

    async def close(self) -> None:
        """Stop, and close the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None


async def listen(connection: Driver, heard: asyncio.Event) -> None:
    """Set ``heard`` at every notification, for as long as the connection lives."""
    await connection.add_listener(CHANNEL, lambda *_: heard.set())
