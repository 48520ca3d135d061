"""What a stack that `make run` starts takes: seconds until it is ready again, memory idle and full, and the funnel at scale.

These share one stack, because filling it is what takes the time.
"""

import asyncio
import time
from itertools import islice
from statistics import median

import orjson

from benchmarks.client import connections, post_all
from benchmarks.detached import Detached
from benchmarks.figures import Figure
from benchmarks.history import BATCH, batches, bodies, position_names
from benchmarks.quiet import until_quiet
from benchmarks.run import Run

READY_LIMIT = 6.0
IDLE_LIMIT, FULL_LIMIT = 800.0, 1024.0
"""MB."""
SMALL = 10_000
"""Events of the small organisation."""
CALLS = 100
"""Funnel calls of a round, each about another position."""
CHUNK = 20_000
SETTLE = 5.0
"""Seconds that a stack is left alone before its memory is read."""


async def measure(run: Run) -> None:
    """The figures of the second start, of memory, and of the position funnel."""
    await run.close()
    stack = Detached.on(run.folder / "detached")
    run.say("starting a stack with make run")
    await stack.start()
    try:
        await _start_again(run, stack)
        await asyncio.sleep(SETTLE)
        idle = _memory("memory, idle", "resident memory of the embedded stack, idle ÷ 800 MB", stack, IDLE_LIMIT)
        run.report(idle)
        name = run.unique("large")
        rate = await _fill(run, stack, name)
        await asyncio.sleep(SETTLE)
        full = _memory("memory, full", f"the same after {run.events:,} events ÷ 1 GiB", stack, FULL_LIMIT)
        full.notes.append(f"{rate:,.0f} events/s from the first POST until all readers had applied the last")
        run.report(full)
        await _funnel(run, stack, name)
    finally:
        await stack.stop()


async def _start_again(run: Run, stack: Detached) -> None:
    figure = Figure("second start", f"`make run` second start until ready ÷ {READY_LIMIT:g} s", 1, at_most=True, units=("s", "s"))
    for _ in range(run.rounds):
        await stack.stop()
        figure.add(await stack.start(), READY_LIMIT)
        run.report(figure)


def _memory(name: str, what: str, stack: Detached, limit: float) -> Figure:
    figure = Figure(name, what, 1, at_most=True, units=("MB", "MB"))
    parts = stack.memory()
    figure.add(sum(parts.values()), limit)
    figure.notes.append("PSS in MB: " + ", ".join(f"{part} {size:.0f}" for part, size in parts.items()))
    return figure


async def _fill(run: Run, stack: Detached, name: str) -> float:
    """Post the large history, never further ahead of the readers than a chunk; returns events a second."""
    started = time.perf_counter()
    waiting = batches(name, run.events)
    posted = 0
    async with connections(stack.url, stack.token, 2) as opened:
        while chunk := [orjson.dumps(batch) for batch in islice(waiting, CHUNK // BATCH)]:
            await post_all(opened, "/v1/events", chunk, status=207)
            posted += len(chunk) * BATCH
            await until_quiet(stack.env)
            run.say(f"filled with {min(posted, run.events):,} of {run.events:,} events")
    return run.events / (time.perf_counter() - started)


async def _funnel(run: Run, large: Detached, name: str) -> None:
    figure = Figure(
        "funnel at scale",
        f"position funnel at {run.events:,} events ÷ at {SMALL:,} events, median time of the HTTP call",
        aim=1.5,
        at_most=True,
        units=("ms", "ms"),
    )
    figure.notes.append(
        f"two stacks side by side; events are spread over {len(position_names('', run.events)):,} and "
        f"{len(position_names('', SMALL))} positions of about 480 events each, {CALLS} calls a round about one position each"
    )
    async with run.alone("small") as small:
        name_of_small = run.unique("small")
        async with connections(small.url, small.token, 2) as opened:
            await post_all(opened, "/v1/events", bodies(name_of_small, SMALL), status=207)
        await until_quiet(small.env)
        large_positions, small_positions = position_names(name, run.events), position_names(name_of_small, SMALL)
        for _ in range(max(run.rounds, 5) + 1):
            ours = await _calls(large.url, large.token, large_positions)
            figure.add(ours, await _calls(small.url, small.token, small_positions))
        del figure.rounds[0]  # it warms both up
        run.report(figure)


async def _calls(url: str, token: str, positions: list[str]) -> float:
    taken: list[float] = []
    step = max(1, len(positions) // CALLS)
    async with connections(url, token, 1) as (connection,):
        for number in range(CALLS):
            position = positions[number * step % len(positions)]
            started = time.perf_counter()
            await connection.demand("GET", f"/v1/analytics/positions/{position}/funnel", status=200)
            taken.append((time.perf_counter() - started) * 1000)
    return median(taken)
