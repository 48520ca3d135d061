"""A storm: writers post while parts are killed and stalled; afterwards everything must add up."""

import asyncio
import random
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from rekindle.embedded.stack import running
from tests.chaos.monkey import Monkey
from tests.chaos.verdict import judge
from tests.chaos.writers import Answers, Writer

WRITERS = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """What a storm did and what it took."""

    seconds: float
    accepted: int
    tries: int
    faults: int
    acts: dict[str, int]
    settled_after: float


async def storm(data: Path, *, seconds: float, seed: int, candidates: int = 12, pause: float = 0.3) -> Figures:
    """Run a storm of about ``seconds`` on a new stack and judge it. Raises AssertionError with what is wrong."""
    async with running(data=data, split=True, extra_env={"ENGAGEMENT_CLOCK_SECONDS": "1"}) as stack:
        answers, stop, calm = Answers(), asyncio.Event(), asyncio.Event()
        monkey = Monkey(stack, random.Random(seed))
        writers = [Writer(n, stack.url, stack.token, answers, candidates=candidates, pause=pause) for n in range(WRITERS)]
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            trouble = group.create_task(monkey.run(calm))
            writing = [group.create_task(writer.run(stop)) for writer in writers]
            await asyncio.wait([trouble, *writing], timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
            calm.set()
            await trouble
            stop.set()
        lasted = time.monotonic() - started
        await stack.wait_ready(seconds=120)
        headers = {"Authorization": f"Bearer {stack.token}"}
        async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
            calmed = time.monotonic()
            await judge(client, stack.env["KAFKA_BOOTSTRAP_SERVERS"], answers)
            settled = time.monotonic() - calmed
        return Figures(lasted, len(answers.accepted), answers.tries, answers.faults, dict(monkey.done), settled)
