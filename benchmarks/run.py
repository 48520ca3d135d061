"""One run of the benchmarks: how much is asked, the stacks that it starts on data folders of its own, and what came of it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import connections, post_all
from benchmarks.detached import Detached
from benchmarks.figures import Failure, Figure
from benchmarks.history import bodies
from benchmarks.quiet import until_quiet
from rekindle.embedded.stack import Stack, running

WARM_UP = 5000
"""Events that are posted before anything is timed: caches, plans and tables are those of a system in use."""
ATTEMPT_SECONDS = 1200.0
SLOWEST_FILL = 100.0
"""Seconds that a measurement may take, beside a second for each so many events of the history."""


@dataclass
class Run:
    """What is asked of a run, what its measurements share, and what they found."""

    rounds: int
    events: int
    """How much history the footprint and the large funnel are measured with."""
    round_events: int
    """Events of one round of a throughput."""
    folder: Path
    say: Callable[[str], None]
    facts: int = 0
    """The most facts that analytics is measured with."""
    figures: list[Figure] = field(default_factory=list)
    """What was measured, in the order of the first rounds."""
    failures: list[Failure] = field(default_factory=list)
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)
    _stack: Stack | None = None
    _detached: Detached | None = None
    _mark: str = field(default_factory=lambda: secrets.token_hex(3))

    async def attempt(self, name: str, measurement: Awaitable[None]) -> bool:
        """Measure, and return whether that went well. A failure is kept for the report and ends this measurement alone."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS + max(self.events, self.facts) / SLOWEST_FILL):
                await measurement
        except Exception as error:  # noqa: BLE001 - whatever failed, the other figures are still measured
            failure = Failure.of(name, error)
            self.failures.append(failure)
            self.say(f"{name} FAILED: {failure.error}")
            return False
        return True

    async def stack(self) -> Stack:
        """The stack as `rekindle up` starts it, warm, shared by the measurements that halt parts of it."""
        if self._stack is None:
            await self.close()
            self.say("starting a stack")
            stack = await self._exits.enter_async_context(running(data=self.folder / self.unique("stack")))
            await self._warm(stack.url, stack.token, stack.env)
            self._stack = stack
        return self._stack

    async def detached(self) -> Detached:
        """A stack that `make run` started, warm, shared by the measurements that only look at it from outside."""
        if self._detached is None:
            await self.close()
            self.say("starting a stack with make run")
            stack = Detached.on(self.folder / self.unique("detached"))
            self._exits.push_async_callback(stack.stop)
            await stack.start()
            await self._warm(stack.url, stack.token, stack.env)
            self._detached = stack
        return self._detached

    async def _warm(self, url: str, token: str, env: dict[str, str]) -> None:
        await self.fill(url, token, "warm", WARM_UP)
        await until_quiet(env)

    async def fill(self, url: str, token: str, name: str, events: int) -> float:
        """Post a history in batches over two connections; returns the seconds it took."""
        async with connections(url, token, 2) as opened:
            return await post_all(opened, "/v1/events", bodies(self.unique(name), events), status=207)

    @asynccontextmanager
    async def alone(self, name: str, *, split: bool = False) -> AsyncIterator[Stack]:
        """A stack of its own for the length of the block; the shared one is stopped before."""
        await self.close()
        self.say(f"starting a stack for {name}")
        async with running(data=self.folder / self.unique(name), split=split) as stack:
            yield stack

    async def close(self) -> None:
        """Stop the shared stack."""
        self._stack = self._detached = None
        await self._exits.aclose()

    def unique(self, name: str) -> str:
        """A name that no other measurement and no other run uses."""
        return f"{self._mark}-{name}"

    def report(self, figure: Figure) -> None:
        """Keep a figure from its first round on, and show its progress."""
        if figure not in self.figures:
            self.figures.append(figure)
        ours, theirs = figure.rounds[-1]
        pair = f"{ours:,.4g} {figure.units[0]} / {theirs:,.4g} {figure.units[1]}"
        self.say(f"{figure.name}: round {len(figure.rounds)}: {pair} = {ours / theirs:.3g}")
