"""Notifications are few, and the last append is always told of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.db import notifier as notifier_module
from shared.db.notifier import Notifier
from tests.waiting import eventually


class Connection:
    """Counts what is sent; ``fails`` so many times first."""

    def __init__(self, *, fails: int = 0) -> None:
        self.sent = 0
        self.opened = 0
        self.fails = fails

    async def execute(self, _query: str) -> None:
        if self.fails:
            self.fails -= 1
            raise ConnectionError("gone")
        self.sent += 1

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        self.opened += 1
        yield self


async def _sent(connection: Connection) -> int:
    return connection.sent


async def test_many_appends_are_told_of_once_and_the_last_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifier_module, "AT_MOST_EVERY", 0.2)
    connection = Connection()
    notifier = Notifier(connection.open)
    for _ in range(50):
        notifier.notify()
        await asyncio.sleep(0)
    first = await eventually(lambda: _sent(connection), lambda sent: sent > 0)
    notifier.notify()

    assert await eventually(lambda: _sent(connection), lambda sent: sent > first, seconds=5) <= 3
    assert connection.opened == 1
    await notifier.close()


async def test_a_lost_connection_is_opened_again_by_the_next_append() -> None:
    connection = Connection(fails=1)
    notifier = Notifier(connection.open)
    notifier.notify()
    await eventually(lambda: _opened_and_lost(connection))
    notifier.notify()

    assert await eventually(lambda: _sent(connection), lambda sent: sent == 1, seconds=5) == 1
    assert connection.opened == 2
    await notifier.close()


async def _opened_and_lost(connection: Connection) -> bool:
    await asyncio.sleep(0)
    return connection.fails == 0
