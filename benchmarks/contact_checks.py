"""May we contact this person? The p99 of checks at a rate, against a call of the bare application at the same rate."""

import time

import orjson

from benchmarks.client import Turns, connections, pace
from benchmarks.figures import Figure, percentile
from benchmarks.history import history
from benchmarks.quiet import until_quiet
from benchmarks.run import Run
from benchmarks.single_post import bare_app

RATE, SECONDS = 100, 10
CONNECTIONS = 8
PEOPLE = 200
AIM = 5.0


async def measure(run: Run) -> None:
    """Checks of people with a history, each for itself; what is waited for counts from when the call was due."""
    figure = Figure(
        "contact check, p99",
        f"p99 of POST /v1/contact-checks at {RATE}/s ÷ p99 of the bare application's call (one INSERT) at {RATE}/s",
        AIM,
        at_most=True,
        units=("ms", "ms"),
    )
    stack = await run.detached()
    name = run.unique("checked")
    posted = list(history(name, PEOPLE * 5))
    people = sorted({event["subject"] for event in posted})
    async with connections(stack.url, stack.token, 1) as opened:
        await opened[0].demand("POST", "/v1/events", orjson.dumps(posted), status=207)
    await until_quiet(stack.env)
    checks = [orjson.dumps({"candidate": one, "channel": "email", "recruiter": "maria"}) for one in people]
    async with bare_app(stack.env["ENGAGEMENT_DATABASE_URL"].replace("+asyncpg", "")) as (bare, _):
        for number in range(run.rounds):
            ours = await _p99(stack.url, stack.token, "/v1/contact-checks", checks, status=200)
            events = [orjson.dumps(event) for event in history(run.unique(f"bare{number}"), RATE * SECONDS)]
            figure.add(ours, await _p99(bare, stack.token, "/v1/events", events, status=201))
            run.report(figure)


async def _p99(url: str, token: str, path: str, bodies: list[bytes], *, status: int) -> float:
    """Milliseconds from when a call was due until it was answered, which 99 of 100 do not exceed."""
    waits: list[float] = []
    async with connections(url, token, CONNECTIONS) as opened:
        turns = Turns(opened)

        async def send(number: int, due: float) -> None:
            async with turns.take() as connection:
                await connection.demand("POST", path, bodies[number % len(bodies)], status=status)
            waits.append((time.perf_counter() - due) * 1000)

        await pace(RATE, RATE * SECONDS, send)
    return percentile(waits, 0.99)
