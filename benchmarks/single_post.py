"""A single POST of an event against a bare application that does one INSERT in a transaction."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson

from benchmarks.client import connections, post_all
from benchmarks.figures import Figure
from benchmarks.history import history
from benchmarks.meter import processor_seconds
from benchmarks.quiet import answers, until_quiet
from benchmarks.run import Run
from rekindle.embedded.ports import choose

AT_ONCE = 16
"""Requests at a time, each on a connection of its own."""


async def measure(run: Run) -> None:
    """Requests a second of both, with the worker halted so that the cores are the server's."""
    figure = Figure("single POST", "single POST per s ÷ bare FastAPI (own process) with one INSERT in a transaction", 0.6)
    figure.notes.append(
        f"{AT_ONCE} requests at a time from the same client; the bare application speaks to asyncpg itself, without an ORM, "
        "a token, an id, a span or a metric; the worker is halted."
    )
    stack = await run.stack()
    count = max(1000, run.round_events // 5)
    await stack.halt("worker")
    async with bare_app(stack.env["ENGAGEMENT_DATABASE_URL"].replace("+asyncpg", "")) as (bare, _):
        for number in range(run.rounds):
            ours = await _post(stack.url, stack.token, run.unique(f"single{number}"), count)
            figure.add(ours, await _post(bare, stack.token, run.unique(f"bare{number}"), count))
            run.report(figure)
    await stack.start_again("worker")
    await until_quiet(stack.env)


async def _post(url: str, token: str, name: str, count: int) -> float:
    posted = [orjson.dumps(event) for event in history(name, count)]
    async with connections(url, token, AT_ONCE) as opened:
        return count / await post_all(opened, "/v1/events", posted, status=201)


@asynccontextmanager
async def bare_app(database_url: str) -> AsyncIterator[tuple[str, Callable[[], float]]]:
    """The bare application in a process of its own: its address, and how much processor time it has used so far, in seconds."""
    port = choose(taken=[])
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.bare_app", str(port), database_url), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        await answers(port, "/openapi.json")
        yield f"http://127.0.0.1:{port}", lambda: processor_seconds(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
