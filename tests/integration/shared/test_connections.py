"""Connections that the server has closed are replaced before anybody uses them."""

import asyncio

from sqlalchemy import text

from shared.db import Sessions


async def _backend(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        return int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)


async def test_a_closed_connection_is_replaced(engagement: Sessions) -> None:
    async with engagement.begin() as one, engagement.begin() as other:
        before = {int(await session.scalar(text("SELECT pg_backend_pid()")) or 0) for session in (one, other)}
    async with engagement.begin() as session:
        mine = int(await session.scalar(text("SELECT pg_backend_pid()")) or 0)
        await session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": (before - {mine}).pop()})

    after = await asyncio.gather(*[_backend(engagement) for _ in range(4)])

    assert len(before) == 2
    assert not (before - {mine}) & set(after)
    assert all(after)
