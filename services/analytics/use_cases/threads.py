"""Work that takes too long for the event loop, in a thread."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def to_the_end(work: Callable[[], _T]) -> _T:
    """Run it in a thread. Who is cancelled waits for it all the same: until then nobody else may use what it works on."""
    thread = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise
