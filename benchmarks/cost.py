"""What one event, and one record, costs the whole stack in processor time, as the operating system counts it.

Processor time is steadier than the clock: it does not grow when the machine is busy with other things. What the idle stack takes
is measured in the same run and taken off.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import orjson

from benchmarks.client import Connection, Turns, connections, pace, post_all
from benchmarks.detached import Detached
from benchmarks.figures import Figure, percentile
from benchmarks.history import bodies, history
from benchmarks.meter import Reading
from benchmarks.quiet import until_quiet
from benchmarks.run import Run
from benchmarks.single_post import bare_app

IDLE_SECONDS = 20.0
IDLE_CORES = 0.09
TRICKLE, TRICKLE_LIMIT, TRICKLE_REACH = 50, 12.0, 8.0
"""Events a second, one a request, and milliseconds of processor time that one may cost."""
STREAM, STREAM_LIMIT, STREAM_P99 = 200, 5.0, 400.0
"""The same at a higher rate, and milliseconds until an event is in the funnel."""
SECONDS = 20
SETTLE = 4.0
"""Seconds after the last request within which everything that follows from it is done; it is verified that it was."""
ROUNDS = 2
WATCHED = 10
PATCHES, PATCH_RATE, PATCH_LIMIT = 400, 20, 6.0
RECORDS, RECORD_BATCH, RECORD_LIMIT = 5000, 500, 1.0
BACKLOG, BACKLOG_RATE = 60_000, 3500.0
GATEWAY_LIMIT = 1.4
CONNECTIONS = 8

Send = Callable[[Sequence[Connection]], Awaitable[object]]


async def measure(run: Run) -> None:
    """All figures of one stack that `make run` started. Without the idle stack's share no cost is known."""
    stack = await run.detached()
    await asyncio.sleep(SETTLE)
    idle_cores = await _idle(run, stack)
    await run.attempt("event at a trickle", _trickle(run, stack, idle_cores))
    await run.attempt(f"event at {STREAM}/s", _stream(run, stack, idle_cores))
    await run.attempt(f"p99 to the funnel at {STREAM}/s", _visible(run, stack))
    await run.attempt("record", _records(run, stack, idle_cores))
    await run.attempt("record in a batch", _record_batches(run, stack, idle_cores))
    await run.attempt("batches until all is right", _backlog(run, stack))


async def _idle(run: Run, stack: Detached) -> float:
    """The cores that the idle stack takes."""
    figure = Figure("idle stack", f"cores in use by the idle stack ÷ {IDLE_CORES}", 1, at_most=True, units=("cores", "cores"))
    before = Reading.of(stack.state)
    await asyncio.sleep(IDLE_SECONDS)
    cores = Reading.of(stack.state).since(before).cores
    figure.add(sum(cores.values()), IDLE_CORES)
    figure.notes.append("by part: " + ", ".join(f"{part} {share:.3f}" for part, share in cores.items()))
    run.report(figure)
    return sum(cores.values())


def _figure(name: str, what: str, limit: float, reach: float | None = None) -> Figure:
    what = f"processor time of the stack for {what}, the idle stack's taken off ÷ {limit:g} ms"
    return Figure(name, what, 1, at_most=True, reach=reach and reach / limit, units=("ms", "ms"))


def _add(run: Run, figure: Figure, cost: dict[str, float], limit: float) -> None:
    figure.add(sum(cost.values()), limit)
    figure.notes.append("ms by part: " + ", ".join(f"{part} {taken:.2f}" for part, taken in cost.items()))
    run.report(figure)


async def spent(stack: Detached, send: Send, idle_cores: float, things: int) -> dict[str, float]:
    """Milliseconds of processor time of each part for each of the ``things`` that ``send`` posts, with all that follows.

    Raises NeverQuiet when something was left to do: then the figure would be too low.
    """
    async with connections(stack.url, stack.token, CONNECTIONS) as opened:
        before = Reading.of(stack.state)
        await send(opened)
        await asyncio.sleep(SETTLE)
        after = Reading.of(stack.state)
    await until_quiet(stack.env, seconds=0)
    return after.since(before).beyond(idle_cores, things)


def paced_events(run: Run, name: str, rate: int) -> tuple[int, Send]:
    """How many single events ``SECONDS`` at a rate are, and what posts them."""
    events = [orjson.dumps(event) for event in history(run.unique(name), rate * SECONDS)]

    async def send(opened: Sequence[Connection]) -> None:
        turns = Turns(opened)

        async def post(number: int, _due: float) -> None:
            async with turns.take() as connection:
                await connection.demand("POST", "/v1/events", events[number], status=201)

        await pace(rate, len(events), post)

    return len(events), send


async def _trickle(run: Run, stack: Detached, idle_cores: float) -> None:
    whole = _figure(f"event at {TRICKLE}/s", f"an event at {TRICKLE}/s", TRICKLE_LIMIT, TRICKLE_REACH)
    gateway = Figure(
        "gateway at a trickle",
        f"processor time of the gateway for a single POST at {TRICKLE}/s ÷ bare FastAPI with one INSERT",
        GATEWAY_LIMIT,
        at_most=True,
        units=("ms", "ms"),
    )
    for number in range(min(run.rounds, ROUNDS)):
        count, send = paced_events(run, f"trickle{number}", TRICKLE)
        cost = await spent(stack, send, idle_cores, count)
        _add(run, whole, cost, TRICKLE_LIMIT)
        gateway.add(cost["gateway"], await _bare(run, stack, f"bare{number}"))
        run.report(gateway)


async def _bare(run: Run, stack: Detached, name: str) -> float:
    """Milliseconds of processor time of the bare application for a POST at the same rate."""
    count, send = paced_events(run, name, TRICKLE)
    database_url = stack.env["ENGAGEMENT_DATABASE_URL"].replace("+asyncpg", "")
    async with bare_app(database_url) as (url, processor_seconds), connections(url, stack.token, CONNECTIONS) as opened:
        before = processor_seconds()
        await send(opened)
        return (processor_seconds() - before) * 1000 / count


async def _stream(run: Run, stack: Detached, idle_cores: float) -> None:
    figure = _figure(f"event at {STREAM}/s", f"an event at {STREAM}/s", STREAM_LIMIT)
    for number in range(min(run.rounds, ROUNDS)):
        count, send = paced_events(run, f"stream{number}", STREAM)
        _add(run, figure, await spent(stack, send, idle_cores, count), STREAM_LIMIT)


async def _visible(run: Run, stack: Detached) -> None:
    figure = Figure(
        f"p99 to the funnel at {STREAM}/s",
        f"p99 from when a POST was due until it is in the funnel at {STREAM} events/s ÷ {STREAM_P99:g} ms",
        1,
        at_most=True,
        units=("ms", "ms"),
    )
    for number in range(min(run.rounds, ROUNDS)):
        taken = await _into_funnel(stack, run.unique(f"watched{number}"))
        await until_quiet(stack.env)
        figure.add(percentile(taken, 0.99), STREAM_P99)
        figure.notes.append(f"median {percentile(taken, 0.5):.0f} ms, one event in {WATCHED} followed")
        run.report(figure)


async def _into_funnel(stack: Detached, name: str) -> list[float]:
    """Post one event a request; milliseconds from when a POST was due until its event is in the funnel, of one in so many."""
    events = list(history(name, STREAM * SECONDS))
    posted = [orjson.dumps(event) for event in events]
    taken: list[float] = []
    async with connections(stack.url, stack.token, 64) as opened:
        turns = Turns(opened)

        async def send(number: int, due: float) -> None:
            async with turns.take() as connection:
                answer = orjson.loads(await connection.demand("POST", "/v1/events", posted[number], status=201))
                if number % WATCHED == 0:
                    position = events[number]["data"]["position"]
                    path = f"/v1/analytics/positions/{position}/funnel?after={answer['after']}&wait=10"
                    await connection.demand("GET", path, status=200)
                    taken.append((time.perf_counter() - due) * 1000)

        await pace(STREAM, len(posted), send)
    return taken


def record(name: str, number: int) -> dict[str, object]:
    """The content of a candidate's record, as an ATS would tell it."""
    return {
        "name": f"Person {number}", "emails": [f"{name}-{number}@example.org"], "skills": ["python", "postgresql"],
        "level": "senior", "years_experience": number % 20, "location": {"country": "DE", "city": "Berlin"},
        "market_status": "passive",
    }  # fmt: skip


async def _records(run: Run, stack: Detached, idle_cores: float) -> None:
    figure = _figure("record", f"PATCH /v1/candidates at {PATCH_RATE}/s", PATCH_LIMIT)
    name = run.unique("record")

    async def send(opened: Sequence[Connection]) -> None:
        turns = Turns(opened)

        async def patch(number: int, _due: float) -> None:
            async with turns.take() as connection:
                body = orjson.dumps(record(name, number))
                await connection.demand("PATCH", f"/v1/candidates/bench:{name}-{number}", body, status=201)

        await pace(PATCH_RATE, PATCHES, patch)

    _add(run, figure, await spent(stack, send, idle_cores, PATCHES), PATCH_LIMIT)


async def _record_batches(run: Run, stack: Detached, idle_cores: float) -> None:
    figure = _figure("record in a batch", f"a record of POST /v1/candidates/batch, {RECORD_BATCH} a request", RECORD_LIMIT)
    name = run.unique("batched")
    records = [{"candidate": f"bench:{name}-{number}", **record(name, number)} for number in range(RECORDS)]
    posted = [orjson.dumps(records[first : first + RECORD_BATCH]) for first in range(0, RECORDS, RECORD_BATCH)]

    async def send(opened: Sequence[Connection]) -> None:
        await post_all(opened[:2], "/v1/candidates/batch", posted, status=207)

    _add(run, figure, await spent(stack, send, idle_cores, RECORDS), RECORD_LIMIT)


async def _backlog(run: Run, stack: Detached) -> None:
    what = f"events/s from the first POST of {BACKLOG:,} until queue and funnels are right ÷ {BACKLOG_RATE:g}"
    figure = Figure("batches until all is right", what, 1)
    posted = bodies(run.unique("backlog"), BACKLOG)
    async with connections(stack.url, stack.token, 2) as opened:
        began = time.perf_counter()
        ingested = await post_all(opened, "/v1/events", posted, status=207)
    await until_quiet(stack.env)
    taken = time.perf_counter() - began
    figure.add(BACKLOG / taken, BACKLOG_RATE)
    figure.notes.append(f"posted in {ingested:.1f} s, right {taken - ingested:.1f} s later")
    run.report(figure)
