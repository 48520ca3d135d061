"""A leader's connection is its own: it takes none from the pool, and its lock is free when it ends."""

import asyncio

from sqlalchemy import text

from rekindle.embedded.stack import Stack
from shared.db.engine import connect
from shared.db.leader import leading

LOCK = 7_234_998


async def test_leaders_leave_the_pool_to_those_who_work(real_stores: Stack) -> None:
    sessions = connect(real_stores.env["ENGAGEMENT_DATABASE_URL"], pool_size=1)
    stop = asyncio.Event()
    try:
        async with leading(sessions, LOCK, stop) as one, leading(sessions, LOCK + 1, stop) as other:
            assert one is not None
            assert other is not None
            async with asyncio.timeout(5), sessions.begin() as session:
                assert await session.scalar(text("SELECT 1")) == 1
    finally:
        await sessions.close()


async def test_one_leads_and_the_next_takes_over(real_stores: Stack) -> None:
    sessions = connect(real_stores.env["ENGAGEMENT_DATABASE_URL"], pool_size=1)
    stop, first, released = asyncio.Event(), asyncio.Event(), asyncio.Event()
    led: list[str] = []

    async def lead(name: str) -> None:
        async with leading(sessions, LOCK, stop) as connection:
            if connection is not None:
                led.append(name)
                first.set()
                await released.wait()

    try:
        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            for name in ("one", "two"):
                tasks.create_task(lead(name))
            await first.wait()
            async with leading(sessions, LOCK + 1, stop):
                assert len(led) == 1
            released.set()
        assert sorted(led) == ["one", "two"]
    finally:
        await sessions.close()


async def test_a_request_to_stop_ends_the_wait_to_lead(real_stores: Stack) -> None:
    sessions = connect(real_stores.env["ENGAGEMENT_DATABASE_URL"], pool_size=1)
    stop = asyncio.Event()
    try:
        async with leading(sessions, LOCK, asyncio.Event()):
            waiting = asyncio.create_task(leading(sessions, LOCK, stop).__aenter__())
            stop.set()
            async with asyncio.timeout(5):
                assert await waiting is None
    finally:
        await sessions.close()
