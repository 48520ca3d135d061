"""Pausing a loop in such a way that a request to stop ends the pause."""

import asyncio

from shared.observability.heartbeats import beat

BEAT_EVERY = 5.0


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return after ``seconds``, or at once when ``stop`` is set. A part that pauses gives its signs of life."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        beat()
        left = deadline - loop.time()
        try:
            async with asyncio.timeout(min(left, BEAT_EVERY)):
                await stop.wait()
            return
        except TimeoutError:
            if left <= BEAT_EVERY:
                return


async def wake_at(stop: asyncio.Event, woken: asyncio.Event) -> None:
    """Set ``woken`` once ``stop`` is, so that who waits to be woken stops too."""
    await stop.wait()
    woken.set()
