"""What one event, and one record, costs the whole stack in processor time, as the operating system counts it.

Processor time is steadier than the clock: it does not grow when the machine is busy with other things. What the idle stack takes
is measured in the same run and taken off.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import orjson

from benchmarks.client import Connection, connections, post_all
from benchmarks.detached import Detached
from benchmarks.figures import Figure, percentile
from benchmarks.history import bodies, history
from benchmarks.quiet import until_quiet
from benchmarks.run import Run
from benchmarks.single_post import bare_app

IDLE_SECONDS = 20.0
IDLE_CORES = 0.09
TRICKLE, TRICKLE_LIMIT = 50, 12.0
"""Events a second, one a request, and milliseconds of processor time that one may cost."""
STREAM, STREAM_LIMIT, STREAM_P99 = 200, 5.0, 400.0
"""The same at a higher rate, and milliseconds until an event is in the funnel."""
SECONDS = 25
SETTLE = 4.0
"""Seconds after the last request within which everything that follows from it is done."""
WATCHED = 10
PATCHES, PATCH_RATE, PATCH_LIMIT = 400, 20, 6.0
RECORDS, RECORD_LIMIT = 5000, 1.0
BACKLOG, BACKLOG_RATE = 60_000, 3500.0
GATEWAY_LIMIT = 1.4


async def measure(run: Run) -> list[Figure]:
    """All figures of one stack that `make run` started."""
    await run.close()
    stack = Detached.on(run.folder / "cost")
    run.say("starting a stack with make run")
    await stack.start()
    try:
        await run.fill(stack.url, stack.token, "warm", 5000)
        await until_quiet(stack.env)
        await asyncio.sleep(SETTLE)
        idle, idle_cores = await _idle(stack)
        run.tell(idle)
        figures = [idle, *await _events(run, stack, idle_cores)]
        figures += [await _records(run, stack, idle_cores), await _record_batches(run, stack, idle_cores)]
        figures.append(await _backlog(run, stack))
    finally:
        await stack.stop()
    return figures


async def _idle(stack: Detached) -> tuple[Figure, float]:
    figure = Figure("idle stack", f"cores in use by the idle stack ÷ {IDLE_CORES}", 1, at_most=True, units=("cores", "cores"))
    before, began = stack.processor_seconds(), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    after, taken = stack.processor_seconds(), time.monotonic() - began
    cores = {part: (after[part] - before[part]) / taken for part in after}
    figure.add(sum(cores.values()), IDLE_CORES)
    figure.notes.append("by part: " + ", ".join(f"{part} {share:.3f}" for part, share in cores.items()))
    return figure, sum(cores.values())


async def _events(run: Run, stack: Detached, idle_cores: float) -> list[Figure]:
    trickle = _cost(f"event at {TRICKLE}/s", f"processor time of the stack for an event at {TRICKLE}/s", TRICKLE_LIMIT)
    stream = _cost(f"event at {STREAM}/s", f"processor time of the stack for an event at {STREAM}/s", STREAM_LIMIT)
    gateway = Figure(
        "gateway at a trickle",
        f"processor time of the gateway for a single POST at {TRICKLE}/s ÷ bare FastAPI with one INSERT",
        GATEWAY_LIMIT,
        at_most=True,
        units=("ms", "ms"),
    )
    for number in range(min(run.rounds, 3)):
        cost = await _paced(run, stack, f"trickle{number}", TRICKLE, idle_cores)
        trickle.add(sum(cost.values()), TRICKLE_LIMIT)
        trickle.notes.append("by part: " + ", ".join(f"{part} {taken:.2f}" for part, taken in cost.items()))
        run.tell(trickle)
        gateway.add(cost["gateway"], await _bare(run, stack, f"baretrickle{number}"))
        run.tell(gateway)
    for number in range(min(run.rounds, 3)):
        cost = await _paced(run, stack, f"stream{number}", STREAM, idle_cores)
        stream.add(sum(cost.values()), STREAM_LIMIT)
        stream.notes.append("by part: " + ", ".join(f"{part} {taken:.2f}" for part, taken in cost.items()))
        run.tell(stream)
    return [trickle, gateway, stream, await _visible(run, stack)]


def _cost(name: str, what: str, limit: float) -> Figure:
    return Figure(name, f"{what}, the idle stack's taken off ÷ {limit:g} ms", 1, at_most=True, units=("ms", "ms"))


async def _paced(run: Run, stack: Detached, name: str, rate: int, idle_cores: float) -> dict[str, float]:
    """Milliseconds of processor time an event, by part; the idle stack's share is a part with a negative cost."""
    events = [orjson.dumps(event) for event in history(run.unique(name), rate * SECONDS)]

    async def send(opened: Sequence[Connection]) -> None:
        await pace(opened, rate, events, lambda connection, body: connection.demand("POST", "/v1/events", body, status=201))

    cost = await _spent(stack, send, idle_cores, len(events))
    await until_quiet(stack.env, seconds=120)
    return cost


async def _spent(
    stack: Detached, send: Callable[[Sequence[Connection]], Awaitable[None]], idle_cores: float, things: int
) -> dict[str, float]:
    """Milliseconds of processor time of each part for each of the ``things`` that ``send`` posts."""
    async with connections(stack.url, stack.token, 8) as opened:
        before, began = stack.processor_seconds(), time.monotonic()
        await send(opened)
        await asyncio.sleep(SETTLE)
        after, taken = stack.processor_seconds(), time.monotonic() - began
    spent = {part: (after[part] - before[part]) * 1000 / things for part in after}
    return spent | {"idle": -idle_cores * taken * 1000 / things}


Body = TypeVar("Body")


async def pace(
    opened: Sequence[Connection], rate: float, bodies: Sequence[Body], send: Callable[[Connection, Body], Awaitable[object]]
) -> None:
    """Send the bodies at a rate, each when it is due, over connections that take turns."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in opened:
        free.put_nowait(connection)

    async def one(body: Body) -> None:
        connection = await free.get()
        await send(connection, body)
        free.put_nowait(connection)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, body in enumerate(bodies):
            if (early := began + number / rate - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(one(body))


async def _bare(run: Run, stack: Detached, name: str) -> float:
    """Milliseconds of processor time of the bare application for a POST."""
    events = [orjson.dumps(event) for event in history(run.unique(name), TRICKLE * SECONDS)]
    async with (
        bare_app(stack.env["ENGAGEMENT_DATABASE_URL"].replace("+asyncpg", "")) as (url, processor_seconds),
        connections(url, stack.token, 8) as opened,
    ):
        before = processor_seconds()
        await pace(opened, TRICKLE, events, lambda connection, body: connection.demand("POST", "/v1/events", body, status=201))
        return (processor_seconds() - before) * 1000 / len(events)


async def _visible(run: Run, stack: Detached) -> Figure:
    figure = Figure(
        f"p99 to the funnel at {STREAM}/s",
        f"p99 from POST to visible in the funnel at {STREAM} events/s ÷ {STREAM_P99:g} ms",
        1,
        at_most=True,
        units=("ms", "ms"),
    )
    for number in range(min(run.rounds, 3)):
        events = list(enumerate(history(run.unique(f"seen{number}"), STREAM * SECONDS)))
        taken: list[float] = []

        async def follow(connection: Connection, numbered: tuple[int, dict[str, object]], taken: list[float] = taken) -> None:
            position, event = numbered
            began = time.perf_counter()
            answer = orjson.loads(await connection.demand("POST", "/v1/events", orjson.dumps(event), status=201))
            if position % WATCHED == 0:
                name = event["data"]["position"]  # type: ignore[index]  # an event of ours
                await connection.demand(
                    "GET", f"/v1/analytics/positions/{name}/funnel?after={answer['after']}&wait=10", status=200
                )
                taken.append((time.perf_counter() - began) * 1000)

        async with connections(stack.url, stack.token, 48) as opened:
            await pace(opened, STREAM, events, follow)
        await until_quiet(stack.env)
        figure.add(percentile(taken, 0.99), STREAM_P99)
        figure.notes.append(f"median {percentile(taken, 0.5):.0f} ms")
        run.tell(figure)
    return figure


def _record(name: str, number: int) -> dict[str, object]:
    return {
        "name": f"Person {number}", "emails": [f"{name}-{number}@example.org"], "skills": ["python", "postgresql"],
        "level": "senior", "years_experience": number % 20, "location": {"country": "DE", "city": "Berlin"},
        "market_status": "passive",
    }  # fmt: skip


async def _records(run: Run, stack: Detached, idle_cores: float) -> Figure:
    figure = _cost("record", f"processor time of the stack for PATCH /v1/candidates at {PATCH_RATE}/s", PATCH_LIMIT)
    name = run.unique("record")

    async def patch(connection: Connection, number: int) -> None:
        body = orjson.dumps(_record(name, number))
        await connection.demand("PATCH", f"/v1/candidates/bench:{name}-{number}", body, status=201)

    async def send(opened: Sequence[Connection]) -> None:
        await pace(opened, PATCH_RATE, range(PATCHES), patch)

    cost = await _spent(stack, send, idle_cores, PATCHES)
    figure.add(sum(cost.values()), PATCH_LIMIT)
    figure.notes.append("by part: " + ", ".join(f"{part} {taken:.2f}" for part, taken in cost.items()))
    run.tell(figure)
    return figure


async def _record_batches(run: Run, stack: Detached, idle_cores: float) -> Figure:
    figure = _cost("record in a batch", "processor time of the stack for a record of POST /v1/candidates/batch", RECORD_LIMIT)
    name = run.unique("batched")
    records = [{"candidate": f"bench:{name}-{number}", **_record(name, number)} for number in range(RECORDS)]
    posted = [orjson.dumps({"items": records[start : start + 500]}) for start in range(0, RECORDS, 500)]

    async def send(opened: Sequence[Connection]) -> None:
        await post_all(opened[:2], "/v1/candidates/batch", posted, status=207)

    cost = await _spent(stack, send, idle_cores, RECORDS)
    figure.add(sum(cost.values()), RECORD_LIMIT)
    figure.notes.append("by part: " + ", ".join(f"{part} {taken:.2f}" for part, taken in cost.items()))
    run.tell(figure)
    return figure


async def _backlog(run: Run, stack: Detached) -> Figure:
    figure = Figure(
        "batches until all is right", f"events/s from the first POST of {BACKLOG:,} until queue and funnels are right ÷ "
        f"{BACKLOG_RATE:g}", 1,
    )  # fmt: skip
    name = run.unique("backlog")
    posted = bodies(name, BACKLOG)
    started = time.perf_counter()
    async with connections(stack.url, stack.token, 2) as opened:
        await post_all(opened, "/v1/events", posted, status=207)
    ingested = time.perf_counter() - started
    await until_quiet(stack.env)
    taken = time.perf_counter() - started
    figure.add(BACKLOG / taken, BACKLOG_RATE)
    figure.notes.append(f"posted in {ingested:.1f} s, right {taken - ingested:.1f} s later")
    run.tell(figure)
    return figure
