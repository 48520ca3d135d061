"""Pausing a loop in such a way that a request to stop ends the pause."""

import asyncio


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return after ``seconds``, or at once when ``stop`` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
