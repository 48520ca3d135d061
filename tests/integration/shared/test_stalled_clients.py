"""A process that is stalled in the middle of a transaction: whoever waits for its locks gets them after 15 seconds."""

import asyncio
import signal
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from rekindle.embedded.stack import Stack
from shared.db.engine import Sessions, connect

ROOT = Path(__file__).parents[3]
LOCK = text("SELECT pg_advisory_xact_lock(7_234_999)")
SENDS_MUCH = "SELECT repeat('x', 1000) FROM generate_series(1, 3_000_000)"
"""Far more than the sockets' buffers hold."""
HOLDS_A_LOCK = """
import asyncio, sys, time
from sqlalchemy import text
from shared.db.engine import connect

async def main() -> None:
    async with connect(sys.argv[1], name="stalled").begin() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(7_234_999)"))
        print("locked", flush=True)
        if sys.argv[2]:
            await session.execute(text(sys.argv[2]))
        time.sleep(600)

asyncio.run(main())
"""


async def stop_while(sessions: Sessions, process: asyncio.subprocess.Process, wanted: str) -> None:
    """Stop the process at a moment at which the server waits for it as wanted; elsewhere other limits hold."""
    query = text("SELECT wait_event FROM pg_stat_activity WHERE application_name = 'stalled'")
    found = None
    for _ in range(100):
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.2)  # what is under way arrives
        async with sessions.begin() as session:
            found = await session.scalar(query)
        if found == wanted:
            return
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)
    raise AssertionError(f"the server waited for {found}, and never for {wanted}")


@pytest.mark.parametrize(("then", "waits"), [("", "ClientRead"), (SENDS_MUCH, "ClientWrite")], ids=["idle", "sending"])
async def test_locks_of_a_stalled_process_are_free_after_15_seconds(real_stores: Stack, then: str, waits: str) -> None:
    url = real_stores.env["ANALYTICS_DATABASE_URL"]
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDS_A_LOCK, url, then), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert holder.stdout is not None
    sessions = connect(url, pool_size=1)
    try:
        assert await holder.stdout.readline() == b"locked\n"
        await stop_while(sessions, holder, waits)
        began = time.monotonic()
        async with sessions.begin() as session:
            await session.execute(LOCK)
        assert 10 < time.monotonic() - began < 18
    finally:
        await sessions.close()
        holder.kill()
        await holder.wait()
