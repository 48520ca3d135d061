"""A process that is stalled in the middle of a transaction: whoever waits for its locks gets them after 15 seconds."""

import asyncio
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import text

from rekindle.embedded.stack import Stack
from shared.db.engine import Sessions, connect

ROOT = Path(__file__).parents[3]
SENDS_MUCH = "SELECT repeat('x', 1000) FROM generate_series(1, 3_000_000)"
"""Far more than the sockets' buffers hold."""
HOLDS_A_LOCK = """
import asyncio, sys, time
from sqlalchemy import text
from shared.db.engine import connect

async def main() -> None:
    url, name, then = sys.argv[1:]
    async with connect(url, name=name).begin() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})
        print("locked", flush=True)
        if then:
            await session.execute(text(then))
        time.sleep(600)

asyncio.run(main())
"""


async def stop_while(sessions: Sessions, process: asyncio.subprocess.Process, name: str, wanted: str) -> None:
    """Stop the process at a moment at which the server waits for it as wanted; elsewhere other limits hold."""
    query = text("SELECT wait_event FROM pg_stat_activity WHERE application_name = :name")
    found = None
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.2)  # what is under way arrives
        async with sessions.begin() as session:
            found = await session.scalar(query, {"name": name})
        if found == wanted:
            return
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)
    raise AssertionError(f"the server waited for {found}, and never for {wanted}")


async def seconds_until_free(url: str, name: str, then: str, waits: str) -> float:
    """How long the lock of a process is waited for, from when it was stopped while the server waited for it as named."""
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS_A_LOCK, url, name, then), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert holder.stdout is not None
    sessions = connect(url, pool_size=1)
    try:
        assert await holder.stdout.readline() == b"locked\n"
        await stop_while(sessions, holder, name, waits)
        began = time.monotonic()
        async with sessions.begin() as session:
            await session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})
        return time.monotonic() - began
    finally:
        await sessions.close()
        holder.kill()
        await holder.wait()


async def test_locks_of_a_stalled_process_are_free_after_15_seconds(real_stores: Stack) -> None:
    url = real_stores.env["ANALYTICS_DATABASE_URL"]

    idle, sending = await asyncio.gather(
        seconds_until_free(url, "idle", "", "ClientRead"), seconds_until_free(url, "sending", SENDS_MUCH, "ClientWrite")
    )

    # Without these limits it would be a minute, that of a statement, or never.
    assert 10 < idle < 29
    assert 10 < sending < 29
