"""Waiting for a condition with a deadline, so that no test sleeps for a guessed time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    read: Callable[[], Awaitable[T]], holds: Callable[[T], bool] = bool, *, seconds: float = 30, every: float = 0.05
) -> T:
    """Read again and again until what is read satisfies ``holds``; fails with what was read last after ``seconds``."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        value = await read()
        if holds(value):
            return value
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s; last read: {value!r}"
        await asyncio.sleep(every)
