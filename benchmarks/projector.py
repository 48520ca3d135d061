"""The analytics projector against a bare consumer that only reads and decodes the same records."""

import asyncio
import sys
import time

import orjson

from benchmarks.figures import Figure
from benchmarks.history import BATCH
from benchmarks.quiet import LIMIT, NeverQuiet, database, until_published
from benchmarks.run import Run
from rekindle.embedded.stack import Stack
from shared.events import Topic

PROJECTOR, RELAY = "analytics.projector", "engagement.relay"
GROUP = "analytics.projector"
TIMES = 3
"""A round is so much longer than others, so that what is in work when the first records are applied counts for little."""


async def measure(run: Run) -> None:
    """Events a second of both, each alone with the broker (and the projector with its database)."""
    figure = Figure(
        "projector",
        "analytics projector events/s ÷ bare aiokafka consume and JSON decode (orjson) of the same records",
        0.1,
        reach=0.2,
    )
    events = run.round_events * TIMES
    async with run.alone("split", split=True) as stack:
        for part in list(stack.parts):
            if "." in part and part != RELAY:
                await stack.halt(part)
        figure.notes.append(
            f"{events} events a round, posted in batches of {BATCH}; both read with uvloop in a process of their own, "
            "from their first records applied to their last; every other part but the relay, which idles, is halted."
        )
        await _round(run, stack, "warm", events // 4)
        for number in range(run.rounds):
            figure.add(*await _round(run, stack, f"projected{number}", events))
            run.report(figure)


async def _round(run: Run, stack: Stack, name: str, events: int) -> tuple[float, float]:
    before = await _ends(stack)
    await run.fill(stack.url, stack.token, name, events)
    await until_published(stack.env)
    return await _project(stack, events), await _read(stack, before, events)


async def _project(stack: Stack, events: int) -> float:
    """Start the projector, watch how much it has applied, and halt it again."""
    connection = await database(stack.env, "analytics")
    query = "SELECT coalesce(sum(counted), 0)::bigint FROM inbox_offsets WHERE group_name = $1 AND topic = $2"
    began: tuple[float, int] | None = None
    try:
        base = await connection.fetchval(query, GROUP, Topic.ENGAGEMENT.value)
        starting = asyncio.create_task(stack.start_again(PROJECTOR))
        deadline = time.monotonic() + LIMIT
        while True:
            applied = await connection.fetchval(query, GROUP, Topic.ENGAGEMENT.value) - base
            now = time.perf_counter()
            if began is None and applied:
                began = now, applied
            if began is not None and applied >= events:
                break
            if time.monotonic() > deadline:
                raise NeverQuiet(f"the projector has applied {applied} of {events} events after {LIMIT:.0f} s")
            await asyncio.sleep(0.01)
        await starting
        await stack.halt(PROJECTOR)
    finally:
        await connection.close()
    return (events - began[1]) / max(now - began[0], 1e-9)


async def _bare(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare_consumer", *arguments), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("the bare consumer failed")
    return output


async def _ends(stack: Stack) -> str:
    """Where the topic's partitions end now, as JSON."""
    return (await _bare("ends", stack.env["KAFKA_BOOTSTRAP_SERVERS"])).decode()


async def _read(stack: Stack, before: str, events: int) -> float:
    return float(orjson.loads(await _bare("read", stack.env["KAFKA_BOOTSTRAP_SERVERS"], before, str(events))))
