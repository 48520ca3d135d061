"""One run of the benchmarks: how much is asked, and the stacks that it starts on data folders of its own."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import connections, post_all
from benchmarks.figures import Figure
from benchmarks.history import bodies
from benchmarks.quiet import until_quiet
from rekindle.embedded.stack import Stack, running

WARM_UP = 5000
"""Events that are posted before anything is timed: caches, plans and tables are those of a system in use."""


@dataclass
class Run:
    """What is asked of a run, and what its measurements share."""

    rounds: int
    events: int
    """How much history the footprint and the large funnel are measured with."""
    round_events: int
    """Events of one round of a throughput."""
    folder: Path
    say: Callable[[str], None]
    _exits: AsyncExitStack = field(default_factory=AsyncExitStack)
    _stack: Stack | None = None
    _warm: bool = False
    _mark: str = field(default_factory=lambda: secrets.token_hex(3))

    async def stack(self) -> Stack:
        """The stack as `rekindle up` starts it, shared by the measurements that need nothing else."""
        if self._stack is None:
            self.say("starting a stack")
            self._stack = await self._exits.enter_async_context(running(data=self.folder / "stack"))
        return self._stack

    async def warm(self, stack: Stack) -> None:
        """Let a stack work before it is measured; once for the shared one."""
        if stack is self._stack and self._warm:
            return
        await self.fill(stack.url, stack.token, "warm", WARM_UP)
        await until_quiet(stack.env)
        self._warm = self._warm or stack is self._stack

    async def fill(self, url: str, token: str, name: str, events: int) -> float:
        """Post a history in batches over two connections; returns the seconds it took."""
        async with connections(url, token, 2) as opened:
            return await post_all(opened, "/v1/events", bodies(self.unique(name), events), status=207)

    @asynccontextmanager
    async def alone(self, name: str, *, split: bool = False) -> AsyncIterator[Stack]:
        """A stack of its own for the length of the block; the shared one is stopped before."""
        await self.close()
        self.say(f"starting a stack for {name}")
        async with running(data=self.folder / name, split=split) as stack:
            yield stack

    async def close(self) -> None:
        """Stop the shared stack."""
        await self._exits.aclose()
        self._stack = None
        self._warm = False

    def unique(self, name: str) -> str:
        """A name that no other measurement and no other run uses."""
        return f"{self._mark}-{name}"

    def tell(self, figure: Figure) -> None:
        """Show the progress of a figure."""
        ours, theirs = figure.rounds[-1]
        pair = f"{ours:,.4g} {figure.units[0]} / {theirs:,.4g} {figure.units[1]}"
        self.say(f"{figure.name}: round {len(figure.rounds)}: {pair} = {ours / theirs:.3g}")
