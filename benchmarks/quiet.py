"""Waiting until a stack has nothing left to do: what was posted is published, and every reader of it has applied it."""

import asyncio
import time
from collections.abc import Mapping

import asyncpg

from rekindle.embedded.ports import http_status
from shared.events import Topic

LIMIT = 1200.0
"""Seconds after which a backlog that does not end is a fault."""
DATABASES = ("candidates", "engagement", "analytics")
"""Those of the services that consume."""


class NeverQuiet(RuntimeError):
    """The stack did not come to rest."""


async def database(env: Mapping[str, str], name: str) -> asyncpg.Connection:
    """A connection to a service's database."""
    return await asyncpg.connect(env[f"{name.upper()}_DATABASE_URL"].replace("+asyncpg", ""))


async def until_quiet(env: Mapping[str, str], *, only: str = "", seconds: float = LIMIT) -> None:
    """Return once the outbox is empty and each group, or one alone, has counted all events. Raises NeverQuiet."""
    opened = {name: await database(env, name) for name in DATABASES}
    deadline = time.monotonic() + seconds
    try:
        while found := await _left(opened, only):
            if time.monotonic() > deadline:
                raise NeverQuiet(f"After {seconds:.0f} s: {found}")
            await asyncio.sleep(0.2)
    finally:
        for connection in opened.values():
            await connection.close()


async def until_published(env: Mapping[str, str], *, seconds: float = LIMIT) -> None:
    """Return once engagement's outbox is empty. Raises NeverQuiet."""
    connection = await database(env, "engagement")
    deadline = time.monotonic() + seconds
    try:
        while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
            if time.monotonic() > deadline:
                raise NeverQuiet(f"The outbox is not empty after {seconds:.0f} s")
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def answers(port: int, path: str, *, seconds: float = 30) -> None:
    """Return once a GET is answered 200. Raises NeverQuiet."""
    deadline = time.monotonic() + seconds
    while await http_status(port, path) != 200:
        if time.monotonic() > deadline:
            raise NeverQuiet(f"Nothing answers at port {port} within {seconds:.0f} s")
        await asyncio.sleep(0.05)


async def _left(opened: Mapping[str, asyncpg.Connection], only: str) -> str:
    """What is still to be done, or nothing."""
    waiting = await opened["engagement"].fetchval("SELECT count(*) FROM outbox")
    if waiting:
        return f"{waiting} events are not published"
    total = await opened["engagement"].fetchval(
        "SELECT coalesce(sum(total), 0)::bigint FROM outbox_totals WHERE topic = $1", Topic.ENGAGEMENT.value
    )
    for connection in opened.values():
        rows = await connection.fetch(
            "SELECT group_name, sum(counted)::bigint AS counted FROM inbox_offsets WHERE topic = $1 GROUP BY 1",
            Topic.ENGAGEMENT.value,
        )
        for group, counted in rows:
            if counted < total and only in {"", group}:
                return f"{group} has applied {counted} of {total} events"
    return ""
