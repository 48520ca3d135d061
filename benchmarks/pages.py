"""How quickly the dashboard's pages can be used, in a real browser, for a large organisation, and how lists scroll."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import asyncpg
import orjson

from benchmarks.client import Connection, connections, post_all
from benchmarks.figures import Figure, percentile
from benchmarks.quiet import database, until_quiet
from benchmarks.run import Run
from benchmarks.search import people_sql
from rekindle.embedded import dashboard, node
from rekindle.embedded.stack import Stack
from shared.ids import candidate_id, position_id

PEOPLE = 100_000
ITEMS = 10_000
"""Of the people: each said no to one of the positions, long enough ago to be due."""
POSITIONS = 2_000
BATCH = 500
LIMIT = 1000.0
CALLS = 6.0
FRAME = 1000 / 30
STATIC = 4.0
LARGEST = 2**26
"""Bytes of a line of the script."""


async def measure(run: Run) -> None:
    """Each page with nothing cached, and a static page of as many bytes, in turn; then frames while a list is scrolled."""
    found = node.installed(dashboard.FOLDER)
    dashboard.build()
    async with run.alone("pages") as stack:
        run.say(f"making {POSITIONS:,} positions, {PEOPLE:,} people and {ITEMS:,} items of the queue")
        await _fill(stack)
        async with connections(stack.url, stack.token, 1) as (client,):
            wanted = orjson.dumps({"role": "admin", "recruiter": "maria"})
            link = orjson.loads(await client.demand("POST", "/v1/login-links", wanted, status=201))["url"]
        run.say("opening the pages")
        asked = (str(link), str(position_id("bench:position-1")), str(candidate_id("bench:person-1")), str(run.rounds))
        _report(run, await _opened(found, *asked))


async def _opened(found: list[str], *arguments: str) -> Mapping[str, Any]:
    """What the script measured. Raises RuntimeError with what it said."""
    process = await asyncio.create_subprocess_exec(
        *(*found, "tests/speed.mjs", *arguments),
        cwd=dashboard.FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LARGEST,
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"tests/speed.mjs failed: {errors.decode(errors='replace')[-2000:]}")
    measured: Mapping[str, Any] = orjson.loads(output.splitlines()[-1])
    return measured


def _report(run: Run, measured: Mapping[str, Any]) -> None:
    for name, rounds in measured["pages"].items():
        limit = _figure(f"page {name}", "from navigation to the first useful picture, nothing cached ÷ the limit", 1.0, "ms")
        still = _figure(f"page {name} ÷ static", "the same ÷ the same for a static page of as many bytes", STATIC, "ms")
        calls = _figure(f"calls of {name}", "calls before that ÷ the limit", 1.0, "calls")
        for one in rounds:
            limit.add(one["useful"], LIMIT)
            still.add(one["useful"], one["still"])
            calls.add(max(one["calls"], 1), CALLS)
            slowest = f"{one['slowest']['duration']:.0f} ms, {one['slowest']['path']}"
            limit.notes.append(f"everything was there after {one['complete']:.0f} ms; the slowest call: {slowest}")
            for figure in (limit, still, calls):
                run.report(figure)
    for name, seen in measured["frames"].items():
        figure = _figure(f"scrolling {name}, p95", "of the frames' times while the list is scrolled ÷ 1/30 s", 1.0, "ms")
        figure.add(percentile(seen["taken"], 0.95), FRAME)
        figure.notes.append(
            f"median {percentile(seen['taken'], 0.5):.1f} ms, longest {max(seen['taken']):.0f} ms; to {seen['scrolled']:,.0f} px"
        )
        run.report(figure)


def _figure(name: str, what: str, aim: float, unit: str) -> Figure:
    return Figure(name, what, aim, at_most=True, units=(unit, unit))


async def _fill(stack: Stack) -> None:
    async with connections(stack.url, stack.token, 4) as opened:
        waiting = iter(range(POSITIONS))
        async with asyncio.TaskGroup() as tasks:
            for connection in opened:
                tasks.create_task(_positions(connection, waiting))
        await post_all(opened, "/v1/candidates/batch", _batches(_record), status=207)
        await post_all(opened, "/v1/events", _batches(_contacted), status=207)
        await post_all(opened, "/v1/events", _batches(_declined), status=207)
    await until_quiet(stack.env)
    candidates: asyncpg.Connection = await database(stack.env, "candidates")
    try:
        await candidates.execute(people_sql(PEOPLE - ITEMS), timeout=600)
        await candidates.execute("VACUUM ANALYZE candidates", timeout=600)
    finally:
        await candidates.close()


async def _positions(connection: Connection, waiting: Iterator[int]) -> None:
    for number in waiting:
        body = {
            "title": f"Engineer {number}",
            "status": "closed" if number % 20 else "open",
            "sponsor": f"team-{number % 40}",
            "skills": [f"craft-{number}"],
            "salary": {"min": 80000, "max": 100000, "currency": "EUR"},
        }
        await connection.demand("PATCH", f"/v1/positions/bench:position-{number}", orjson.dumps(body), status=201)


def _batches(made: Callable[[int], dict[str, Any]]) -> Iterator[bytes]:
    for first in range(0, ITEMS, BATCH):
        yield orjson.dumps([made(number) for number in range(first, first + BATCH)])


def _record(number: int) -> dict[str, Any]:
    return {
        "candidate": f"bench:person-{number}",
        "name": f"Given{number % 997} Family{number % 4999}",
        "emails": [f"person-{number}@example.org"],
        "skills": ["python"],
        "level": ("junior", "mid", "senior")[number % 3],
    }


def _contacted(number: int) -> dict[str, Any]:
    return _event(number, "contacted", "09:00", {"channel": "email", "recruiter": f"recruiter-{number % 20}"})


def _declined(number: int) -> dict[str, Any]:
    return _event(number, "declined", "15:00", {"reason": ("salary", "timing", "location")[number % 3]})


def _event(number: int, kind: str, hour: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "bench",
        "id": f"person-{number}-{kind}",
        "type": f"rekindle.pursuit.{kind}",
        "subject": f"bench:person-{number}",
        "time": f"2025-01-{6 + number % 5:02d}T{hour}:00Z",
        "data": {"position": f"bench:position-{number % POSITIONS}", **data},
    }
