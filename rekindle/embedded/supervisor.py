"""Keep parts running: start them, start again what dies or hangs, stop all in reverse order."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rekindle.embedded.failures import CannotStart
from rekindle.embedded.part import Part, Process, describe
from rekindle.runtime.watchdog import SilenceMeter
from shared.observability.heartbeats import HUNG_AFTER, SILENT_AFTER

FIRST_PAUSE, LONGEST_PAUSE, CALM = 0.3, 20.0, 60.0
"""Seconds before the first restart, at most before any, and of running after which a part counts as healthy again."""
ASK_EVERY, ANSWER_WITHIN = 5.0, 2.5
"""Seconds between two questions to a part, and until it has to answer."""

Say = Callable[[str], None]
Note = Callable[[], None]
"""Called whenever a part's state or process has changed."""
Step = Callable[[], Awaitable[None]]


class State(StrEnum):
    """Where a part is between its first start and its end."""

    STARTING = "starting"
    READY = "ready"
    SILENT = "silent"
    """It runs and has not answered for a while; it is killed when that goes on."""
    RESTARTING = "restarting"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Plan:
    """A part with what has to happen before each start of it, once it is ready, and once it was stopped."""

    part: Part
    before: Step | None = None
    after: Step | None = None
    stopped: Step | None = None


class Supervised:
    """One part under supervision."""

    def __init__(self, plan: Plan, say: Say, note: Note) -> None:
        self.plan = plan
        self.state = State.STOPPED
        self.restarts = 0
        self._say = say
        self._note = note
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    @property
    def name(self) -> str:
        return self.plan.part.name

    @property
    def pid(self) -> int:
        """The process id of the present or last process; 0 before the first."""
        return self._process.pid if self._process else 0

    async def start(self) -> None:
        """Start it for the first time, or after a halt, and wait until it is ready. Raises CannotStart."""
        await self._become(State.STARTING)
        try:
            await self._run()
        except BaseException:
            await self._end_process()
            await self._become(State.STOPPED)
            raise
        self._watch = asyncio.create_task(self._keep_alive(), name=f"supervise {self.name}")

    async def stop(self) -> None:
        """Stop it and leave it stopped."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._end_process()
        if self.plan.stopped:
            await self.plan.stopped()
        await self._become(State.STOPPED)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        if self._process:
            self._process.signal(number)

    async def wait_until(self, *, ready_after_restarts: int) -> None:
        """Return when it is ready and has been restarted at least so often."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: self.state is State.READY and self.restarts >= ready_after_restarts,
            )

    async def _run(self) -> None:
        if self.plan.before:
            await self.plan.before()
        self._process = await Process.start(self.plan.part)
        await self._process.wait_ready()
        if self.plan.after:
            await self.plan.after()
        await self._become(State.READY)

    async def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while self._process:
            started = time.monotonic()
            status = await self._ended(self._process)
            await self._become(State.RESTARTING)
            if time.monotonic() - started > CALM:
                pause = FIRST_PAUSE
            self._say(f"{self.name} ended ({describe(status)}); starting it again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            self.restarts += 1
            try:
                await self._run()
            except CannotStart as problem:
                self._say(f"{self.name} does not come back: {problem}")
                await self._end_process()
            else:
                self._say(f"{self.name} is ready again")

    async def _ended(self, process: Process) -> int:
        """Wait until a process has ended, and kill it when it gives no answer for too long; returns its exit status."""
        ended = asyncio.ensure_future(process.wait())
        meter = SilenceMeter(every=ASK_EVERY)
        answered_at = time.monotonic()
        try:
            while not (await asyncio.wait({ended}, timeout=ASK_EVERY))[0]:
                if await _answers(process.part):
                    answered_at = time.monotonic()
                silent_for = meter.observe(time.monotonic() - answered_at)
                await self._be(State.SILENT if silent_for >= SILENT_AFTER else State.READY)
                if silent_for >= HUNG_AFTER:
                    self._say(f"{self.name} gave no answer for {silent_for:.0f} s; killing it")
                    process.signal(signal.SIGKILL)
            return ended.result()
        finally:
            ended.cancel()

    async def _be(self, state: State) -> None:
        if state is not self.state:
            await self._become(state)

    async def _end_process(self) -> None:
        if self._process:
            await self._process.stop()

    async def _become(self, state: State) -> None:
        async with self._changed:
            self.state = state
            self._changed.notify_all()
        self._note()


async def _answers(part: Part) -> bool:
    if part.answers is None:
        return True
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await part.answers()
    except (TimeoutError, OSError):
        return False


class Supervisor:
    """All parts, in the order in which they were started."""

    def __init__(self, say: Say, note: Note = lambda: None) -> None:
        self.parts: dict[str, Supervised] = {}
        self._batches: list[list[Supervised]] = []
        self._say = say
        self._note = note

    async def start(self, plan: Plan) -> Supervised:
        """Start a part and keep it running from then on. Raises CannotStart."""
        (supervised,) = await self.start_together([plan])
        return supervised

    async def start_together(self, plans: Sequence[Plan]) -> list[Supervised]:
        """Start parts that do not wait for each other; they are stopped together too. Raises CannotStart."""
        batch = [Supervised(plan, self._say, self._note) for plan in plans]
        self._batches.append(batch)
        self.parts.update({supervised.name: supervised for supervised in batch})
        await together(*(self._start(supervised) for supervised in batch))
        return batch

    async def _start(self, supervised: Supervised) -> None:
        started = time.monotonic()
        await supervised.start()
        self._say(f"{supervised.name} is ready ({time.monotonic() - started:.1f} s)")

    async def stop(self) -> None:
        """Stop all parts, the last started first."""
        for batch in reversed(self._batches):
            await asyncio.gather(*(supervised.stop() for supervised in batch))

    def kill(self) -> None:
        """End all parts at once, without asking."""
        for supervised in reversed(self.parts.values()):
            supervised.signal(signal.SIGKILL)


async def together(*steps: Coroutine[Any, Any, object]) -> None:
    """Run steps at the same time; when one fails, cancel the others, wait for them, and raise what it raised."""
    tasks = [asyncio.ensure_future(step) for step in steps]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
