"""The parts of a service share one pool, which is closed with the last of them."""

import asyncio

from sqlalchemy import text

from shared.db.engine import Sessions
from shared.settings import SharedSettings
from shared.worker import service_parts
from tests.waiting import eventually


class Settings(SharedSettings):
    database_url: str
    pool_size: int = 2


async def _connections(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        query = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test worker'")
        return int(await session.scalar(query) or 0)


async def test_parts_share_a_pool_and_leave_no_connection_behind(analytics: Sessions) -> None:
    seen: set[Sessions] = set()

    async def work(sessions: Sessions, stop: asyncio.Event) -> None:
        seen.add(sessions)
        async with sessions.begin() as session:
            await session.execute(text("SELECT 1"))
        await stop.wait()

    settings = Settings(database_url=analytics.engine.url.render_as_string(hide_password=False))
    parts = service_parts("test", settings, [], also={f"test.{name}": work for name in ("one", "two", "three")})
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for part in parts.values():
            tasks.create_task(part(stop))
        await eventually(lambda: _connections(analytics), lambda count: count > 0)
        assert await _connections(analytics) <= settings.pool_size
        stop.set()

    assert set(parts) == {"test.one", "test.two", "test.three"}
    assert len(seen) == 1
    assert await eventually(lambda: _connections(analytics), lambda count: count == 0) == 0
