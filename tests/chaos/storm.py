"""A storm: writers post while parts are killed and stalled; afterwards everything must add up."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from rekindle.embedded.stack import Stack, running
from tests.chaos.monkey import Monkey
from tests.chaos.rebuilding import rebuilt_equals_live
from tests.chaos.recruiters import Desk, Recruiter
from tests.chaos.verdict import at_the_desk, judge
from tests.chaos.writers import Answers, Writer

WRITERS = 8
RECRUITERS = 2
REPORT_EVERY = 10.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a storm did and what it took."""

    seconds: float
    accepted: int
    changes: int
    claimed: int
    tries: int
    faults: int
    acts: dict[str, int]
    settled_after: float
    erased: int


async def storm(data: Path, *, seconds: float, seed: int, pause: float, say: Say = lambda _text: None) -> Figures:
    """Run a storm of about ``seconds`` on a new stack and judge it. Raises AssertionError with what is wrong.

    Writers rest for ``pause`` seconds after each pursuit, so that a long storm does not leave more than can be judged.
    """
    say("starting every part in a process of its own")
    async with running(data=data, split=True, extra_env={"ENGAGEMENT_CLOCK_SECONDS": "1"}) as stack:
        answers, desk, monkey = Answers(), Desk(), Monkey(stack, random.Random(seed))
        of_stack = (stack.url, stack.token, answers)
        writers = [Writer(n, *of_stack, pause=pause) for n in range(WRITERS)]
        recruiters = [Recruiter(f"desk{n}", *of_stack, desk, pause=pause) for n in range(RECRUITERS)]
        started = time.monotonic()
        await _rage(stack, monkey, [*writers, *recruiters], answers, seconds, say)
        lasted = time.monotonic() - started
        say("the storm is over; waiting until all is ready")
        await stack.wait_ready(seconds=120)
        headers = {"Authorization": f"Bearer {stack.token}"}
        async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=30) as client:
            calmed = time.monotonic()
            say("comparing with the oracle")
            await judge(client, stack.env["KAFKA_BOOTSTRAP_SERVERS"], answers)
            await recruiters[0].claim_the_rest()
            await at_the_desk(client, answers, desk)
            settled = time.monotonic() - calmed
        say("comparing with what is rebuilt")
        await rebuilt_equals_live(stack)
        claimed = desk.given.total()
        acts = dict(monkey.done)
        erased = len(answers.erasures)
        return Figures(
            lasted, len(answers.accepted), answers.changes, claimed, answers.tries, answers.faults, acts, settled, erased
        )  # fmt: skip


async def _rage(
    stack: Stack, monkey: Monkey, people: list[Writer | Recruiter], answers: Answers, seconds: float, say: Say
) -> None:
    """Let everybody work while parts are killed, for so many seconds; what was begun is finished in calm."""
    stop, calm = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        report = group.create_task(_report(stack, monkey, answers, say))
        trouble = group.create_task(monkey.run(calm))
        working = [group.create_task(one.run(stop)) for one in people]
        await asyncio.wait([trouble, *working], timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        calm.set()
        await trouble
        stop.set()
        await asyncio.wait(working)
        report.cancel()


async def _report(stack: Stack, monkey: Monkey, answers: Answers, say: Say) -> None:
    """Say now and then how far it has come."""
    while True:
        await asyncio.sleep(REPORT_EVERY)
        down = [f"{name} is {part.state}" for name, part in stack.parts.items() if part.state != "ready"]
        say(
            f"{len(answers.accepted):,} events and {answers.changes:,} changes accepted, {answers.tries:,} requests, "
            f"{answers.faults:,} without an answer; {monkey.done.total()} acts"
            + (f"; now {monkey.doing}" if monkey.doing else "")
            + (f"; {', '.join(down)}" if down else "")
        )
