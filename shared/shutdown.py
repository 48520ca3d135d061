"""Pausing a loop in such a way that a request to stop ends the pause."""

import asyncio


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return after ``seconds``, or at once when ``stop`` is set."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
