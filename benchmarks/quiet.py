"""Waiting until a stack has nothing left to do: what was posted is published, and every reader of it has applied it."""

import asyncio
import time
from collections.abc import Mapping

import asyncpg

from rekindle.embedded.ports import http_status

LIMIT = 1200.0
"""Seconds after which a backlog that does not end is a fault."""
DATABASES = ("candidates", "engagement", "analytics")
"""Those of the services that consume."""
PRODUCERS = ("candidates", "engagement")
"""Those that have an outbox."""


class NeverQuiet(RuntimeError):
    """The stack did not come to rest."""


async def database(env: Mapping[str, str], name: str) -> asyncpg.Connection:
    """A connection to a service's database."""
    return await asyncpg.connect(env[f"{name.upper()}_DATABASE_URL"].replace("+asyncpg", ""))


async def until_quiet(env: Mapping[str, str], *, only: str = "", seconds: float = LIMIT) -> None:
    """Return once all outboxes are empty and each group, or one alone, has counted all records of its topics. Raises NeverQuiet.

    With ``seconds=0`` it looks once.
    """
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
    totals: dict[str, int] = {}
    for name in PRODUCERS:
        if waiting := await opened[name].fetchval("SELECT count(*) FROM outbox"):
            return f"{waiting} events of {name} are not published"
        totals |= dict(await opened[name].fetch("SELECT topic, sum(total)::bigint FROM outbox_totals GROUP BY 1"))
    for connection in opened.values():
        rows = await connection.fetch("SELECT group_name, topic, sum(counted)::bigint FROM inbox_offsets GROUP BY 1, 2")
        for group, topic, counted in rows:
            if counted < totals.get(topic, 0) and only in {"", group}:
                return f"{group} has applied {counted} of {totals[topic]} records of {topic}"
    return ""
