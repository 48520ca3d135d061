"""A profile of the part that is furthest from its aim: the functions in which its process spends its time."""

import asyncio
import io
import os
import pstats
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson

from benchmarks.client import connections, post_all
from benchmarks.figures import Figure
from benchmarks.history import bodies, history
from benchmarks.quiet import answers, until_published, until_quiet
from benchmarks.run import Run
from rekindle.embedded.ports import choose
from rekindle.embedded.stack import Stack

FOLDER = Path(__file__).with_name("profiles")
PROFILED = {"batch ingest": "batch-ingest", "single POST": "single-post", "projector": "projector"}
"""The figures whose process can be profiled, and the name of the kept file."""
FUNCTIONS = 45


def slowest(figures: Sequence[Figure]) -> str:
    """The throughput furthest from its aim."""
    candidates = [figure for figure in figures if figure.name in PROFILED]
    return min(candidates, key=lambda figure: figure.nearness).name if candidates else "batch ingest"


async def keep(run: Run, name: str) -> None:
    """Do again what was measured, with the profiler in the process that does it, and keep the functions at the top."""
    run.say(f"profiling {name}")
    async with run.alone("profiled") as stack:
        raw = run.folder / "profile.out"
        if name == "projector":
            await _profile_projector(run, stack, raw)
        else:
            await _profile_gateway(run, stack, raw, name)
    FOLDER.mkdir(exist_ok=True)
    kept = FOLDER / f"{PROFILED[name]}.txt"
    kept.write_text(
        f"{name}, by time in the function itself\n{_top(raw, 'tottime')}\n{name}, with what it calls\n{_top(raw, 'cumtime')}"
    )
    run.say(f"kept in {kept.relative_to(Path.cwd()) if kept.is_relative_to(Path.cwd()) else kept}")


async def _profile_gateway(run: Run, stack: Stack, raw: Path, name: str) -> None:
    await stack.halt("worker")
    port = choose()
    process = await _start(stack, raw, "rekindle.runtime.serve", "--port", str(port))
    await answers(port, "/health/ready")
    url = f"http://127.0.0.1:{port}"
    single = name == "single POST"
    if single:
        posted = [orjson.dumps(event) for event in history(run.unique("profiled"), run.round_events // 5)]
    else:
        posted = bodies(run.unique("profiled"), run.round_events)
    async with connections(url, stack.token, 16 if single else 2) as opened:
        await post_all(opened, "/v1/events", posted, status=201 if single else 207)
    await _end(process)


async def _profile_projector(run: Run, stack: Stack, raw: Path) -> None:
    await stack.halt("worker")
    await run.fill(stack.url, stack.token, "profiled", run.round_events)
    relay = await _start(stack, run.folder / "relay.out", "rekindle.runtime.worker", "--only", "engagement.relay")
    await until_published(stack.env)
    await _end(relay)
    process = await _start(stack, raw, "rekindle.runtime.worker", "--only", "analytics.projector")
    await until_quiet(stack.env, only="analytics.projector", seconds=120)
    await _end(process)


async def _start(stack: Stack, raw: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cProfile", "-o", str(raw), "-m", *arguments),
        env={**os.environ, **stack.env},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), 30)


def _top(raw: Path, order: str) -> str:
    report = io.StringIO()
    pstats.Stats(str(raw), stream=report).strip_dirs().sort_stats(order).print_stats(FUNCTIONS)
    return "\n".join(line.rstrip() for line in report.getvalue().splitlines() if str(raw) not in line)
