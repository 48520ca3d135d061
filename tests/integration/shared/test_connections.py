"""Connections that the server has closed are replaced before anybody uses them."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db.engine import Sessions


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


async def test_a_fault_does_not_tell_what_was_stored(candidates: Sessions) -> None:
    secret = "ada@example.org"
    query = text("INSERT INTO alembic_version (version_num, no_such_column) VALUES (:version, :name)")

    with pytest.raises(DBAPIError) as fault:
        async with candidates.begin() as session:
            await session.execute(query, {"version": "1", "name": secret})

    assert secret not in str(fault.value)
    assert secret not in repr(fault.value)
