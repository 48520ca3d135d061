"""What links between people cost the ingest: batches at a rate, without and with people being linked beside them."""

import asyncio
import time
from dataclasses import dataclass, field

import orjson

from benchmarks.client import Turns, connections, pace
from benchmarks.cost import SETTLE
from benchmarks.detached import Detached
from benchmarks.figures import Figure, percentile
from benchmarks.history import history
from benchmarks.meter import Reading
from benchmarks.quiet import until_quiet
from benchmarks.run import Run

EVENTS, BATCH = 1000, 100
"""Events a second, and events a request."""
LINKS = 50
"""A second. Each makes one person of two whose events come in at that time."""
SECONDS = 20
ROUNDS = 2
PEOPLE_A_LINK = 4
"""Of so many people who follow each other the first two are linked: then links are always of those whose events come in."""


@dataclass(slots=True)
class Stretch:
    """What a stretch of ingest took."""

    rate: float = 0.0
    """Events a second, from the first request until the last was answered."""
    waits: list[float] = field(default_factory=list)
    """Milliseconds from when each batch was due until it was answered."""
    link_waits: list[float] = field(default_factory=list)
    processor_seconds: float = 0.0
    until_right: float = 0.0
    """Seconds from the last answer until everything was applied."""


async def measure(run: Run) -> None:
    """The rate of the ingest with links beside it, against the rate without."""
    figure = Figure(
        "ingest beside links",
        f"events/s of the ingest, asked for {EVENTS:,} in batches of {BATCH}, with {LINKS} links a second beside it ÷ without",
        0.95,
    )
    stack = await run.detached()
    for number in range(min(run.rounds, ROUNDS)):
        without = await _stretch(run, stack, f"unlinked{number}", links=0)
        linked = await _stretch(run, stack, f"linked{number}", links=LINKS)
        figure.add(linked.rate, without.rate)
        cost = (linked.processor_seconds - without.processor_seconds) * 1000 / len(linked.link_waits)
        figure.notes.append(
            f"a batch waited {_waits(without.waits)} without and {_waits(linked.waits)} with links, a link "
            f"{_waits(linked.link_waits)}; a link cost the stack {cost:.1f} ms; "
            f"all was right {without.until_right:.1f} and {linked.until_right:.1f} s later"
        )
        run.report(figure)


def _waits(taken: list[float]) -> str:
    return f"{percentile(taken, 0.5):.0f} ms (p99 {percentile(taken, 0.99):.0f})"


async def _stretch(run: Run, stack: Detached, name: str, *, links: int) -> Stretch:
    made = Stretch()
    name = run.unique(name)
    before = Reading.of(stack.state)
    async with asyncio.TaskGroup() as tasks:
        ingest = tasks.create_task(_ingest(stack, name, made))
        if links:
            tasks.create_task(_link(stack, name, links, made))
    made.rate = EVENTS * SECONDS / ingest.result()
    ended = time.perf_counter()
    await until_quiet(stack.env)
    made.until_right = time.perf_counter() - ended
    await asyncio.sleep(SETTLE)
    made.processor_seconds = sum(Reading.of(stack.state).since(before).seconds.values())
    return made


async def _ingest(stack: Detached, name: str, made: Stretch) -> float:
    """Post a history at the rate; returns the seconds until the last was answered."""
    events = list(history(name, EVENTS * SECONDS))
    posted = [orjson.dumps(events[first : first + BATCH]) for first in range(0, len(events), BATCH)]
    async with connections(stack.url, stack.token, 4) as opened:
        turns = Turns(opened)

        async def send(number: int, due: float) -> None:
            async with turns.take() as connection:
                await connection.demand("POST", "/v1/events", posted[number], status=207)
            made.waits.append((time.perf_counter() - due) * 1000)

        began = time.perf_counter()
        await pace(EVENTS / BATCH, len(posted), send)
        return time.perf_counter() - began


async def _link(stack: Detached, name: str, rate: int, made: Stretch) -> None:
    async with connections(stack.url, stack.token, 8) as opened:
        turns = Turns(opened)

        async def send(number: int, due: float) -> None:
            first = number * PEOPLE_A_LINK
            body = orjson.dumps({"references": [f"bench:{name}-{first + 1}"]})
            async with turns.take() as connection:
                await connection.demand("PATCH", f"/v1/candidates/bench:{name}-{first}", body, status=201)
            made.link_waits.append((time.perf_counter() - due) * 1000)

        await pace(rate, rate * SECONDS, send)
