"""What is rebuilt must equal what was kept up to date while parts were killed."""

import asyncio
import os
import sys
from typing import Any

import asyncpg

from rekindle.embedded.stack import Stack
from tests.waiting import eventually

DERIVED = {
    "engagement": ("pursuits", "queue_items", "leases", "return_plans", "obligations"),
    "analytics": ("attempts", "counters"),
}


async def command(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Run the ``rekindle`` command on the stack's data folder; its exit status and all it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rekindle.cli.main",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **stack.env, "REKINDLE_DATA": str(stack.folder.path)},
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def rebuilt_equals_live(stack: Stack) -> None:
    """Compare analytics with its facts, then rebuild everything and compare what is derived before and after."""
    await eventually(lambda: _waiting(stack), lambda waiting: waiting == 0, seconds=60)
    live = await _derived(stack)

    status, output = await command(stack, "rebuild", "analytics", "--check")
    assert status == 0, output
    for what in ("analytics", "queue"):
        status, output = await command(stack, "rebuild", what)
        assert status == 0, output

    rebuilt = await _derived(stack)
    for table, rows in live.items():
        assert rows, f"{table} is empty"
        assert rebuilt[table] == rows, f"{table} differs after it was rebuilt: {_difference(rows, rebuilt[table])}"


def _difference(live: list[str], rebuilt: list[str]) -> str:
    return "; ".join(sorted(set(live) ^ set(rebuilt))[:6])


async def _connect(stack: Stack, service: str) -> asyncpg.Connection:
    return await asyncpg.connect(stack.env[f"{service.upper()}_DATABASE_URL"].replace("+asyncpg", ""))


async def _waiting(stack: Stack) -> int:
    """How many people are still to be derived."""
    connection = await _connect(stack, "engagement")
    try:
        waiting: Any = await connection.fetchval("SELECT (SELECT count(*) FROM stale_people) + (SELECT count(*) FROM outbox)")
    finally:
        await connection.close()
    return int(waiting)


async def _derived(stack: Stack) -> dict[str, list[str]]:
    """The rows of all derived tables, as text, in order, without slots, versions and counters of nothing."""
    found: dict[str, list[str]] = {}
    for service, tables in DERIVED.items():
        connection = await _connect(stack, service)
        try:
            for table in tables:
                rows = await connection.fetch(
                    f"SELECT (to_jsonb({table}) - 'slot' - 'version')::text AS line FROM {table} ORDER BY 1"
                )
                found[table] = [line for row in rows if '"count": 0,' not in (line := row["line"])]
        finally:
            await connection.close()
    return found
