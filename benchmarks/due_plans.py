"""A hundred thousand plans that fall due in the same minute: how long the clock works on them, and what writers see of it.

The items are written in one transaction, so that all of them are due at the moment in which they are seen.
"""

import asyncio
import time

import asyncpg
import orjson

from benchmarks.client import Turns, connections, pace
from benchmarks.figures import Figure, percentile
from benchmarks.history import history
from benchmarks.quiet import NeverQuiet, database, until_quiet
from benchmarks.run import Run
from rekindle.embedded.stack import Stack

PLANS = 100_000
LIMIT = 30.0
GIVEN_UP = 300.0
RATE = 50
CONNECTIONS = 8
BEFORE = 10
"""Seconds for which writers are measured while nothing is due."""
AIM = 5.0
_FILL = """
    INSERT INTO relationships (candidate_id, person_id, reference)
    SELECT md5('{name}' || number)::uuid, md5('{name}' || number)::uuid, 'bench:{name}-' || number
    FROM generate_series(1, {plans}) AS number;
    INSERT INTO queue_items (person_id, id, presence, due_at, priority, parts, reasons, newest_close, last_touch_by)
    SELECT md5('{name}' || number)::uuid, md5('{name}-item' || number)::uuid, 'live', due, number % 90 + 5, '[]',
        jsonb_build_array(jsonb_build_object('position_id', md5('position' || number % 5000)::uuid, 'reason', 'salary',
            'due_at', to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'trigger', 'time', 'strength', 40,
            'why', 'declined for salary at 85,000 EUR in March 2026')),
        due - interval '180 days', 'r' || number % 20
    FROM (SELECT number, now() - number * interval '0.5 millisecond' AS due FROM generate_series(1, {plans}) AS number) AS made;
    """
_LEFT = "SELECT count(*) FROM queue_items WHERE presence = 'live' AND due_at <= now() AND announced IS DISTINCT FROM due_at"


async def measure(run: Run) -> None:
    """The worker's own clock works; writers post single events at a steady rate over HTTP, before and meanwhile."""
    took = Figure(
        "plans due at once",
        f"seconds in which the clock announces {PLANS:,} plans that fell due in one minute, while writers go on ÷ the limit",
        1.0,
        at_most=True,
        units=("s", "s"),
    )
    waits = Figure(
        "writing while plans are due, p99",
        f"p99 of POST /v1/events at {RATE}/s while {PLANS:,} plans are worked off, and just after ÷ while none is due",
        AIM,
        at_most=True,
        units=("ms", "ms"),
    )
    async with run.alone("due") as stack:
        await run.fill(stack.url, stack.token, "warm", 2000)
        await until_quiet(stack.env)
        connection = await database(stack.env, "engagement")
        try:
            for number in range(min(run.rounds, 3)):
                await _round(run, stack, connection, number, took, waits)
        finally:
            await connection.close()


async def _round(run: Run, stack: Stack, connection: asyncpg.Connection, number: int, took: Figure, waits: Figure) -> None:
    calm = await _write(run, stack, f"calm{number}", RATE * BEFORE)
    await connection.execute(_FILL.format(name=f"due{number}", plans=PLANS), timeout=600)
    began = time.perf_counter()
    writing = asyncio.create_task(_write(run, stack, f"busy{number}", round(RATE * LIMIT)))
    while left := await connection.fetchval(_LEFT):
        if time.perf_counter() - began > GIVEN_UP:
            raise NeverQuiet(f"After {GIVEN_UP} s {left} plans are not announced.")
        await asyncio.sleep(0.2)
    took.add(time.perf_counter() - began, LIMIT)
    run.report(took)
    waits.add(percentile(await writing, 0.99), percentile(calm, 0.99))
    run.report(waits)
    await until_quiet(stack.env)


async def _write(run: Run, stack: Stack, name: str, count: int) -> list[float]:
    """Post single events at the rate; milliseconds of each from when it was due until it was answered."""
    bodies = [orjson.dumps(event) for event in history(run.unique(name), count)]
    waits: list[float] = []
    async with connections(stack.url, stack.token, CONNECTIONS) as opened:
        turns = Turns(opened)

        async def send(number: int, due: float) -> None:
            async with turns.take() as connection:
                await connection.demand("POST", "/v1/events", bodies[number], status=201)
            waits.append((time.perf_counter() - due) * 1000)

        await pace(RATE, count, send)
    return waits
