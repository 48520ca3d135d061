"""A part of the stack: a program, how to find out that it is ready, how to stop it."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rekindle.embedded.failures import CannotStart, of_os_error

LAUNCH = Path(__file__).with_name("launch.py")
POLL_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Part:
    """What to run. ``ready`` is asked, with the process id, until it says yes; the log is appended to."""

    name: str
    command: tuple[str, ...]
    log: Path
    ready: Callable[[int], Awaitable[bool]]
    answers: Callable[[], Awaitable[bool]] | None = None
    """Whether it answers a small question, asked every few seconds once it is ready; None for a part that cannot be asked."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    """The user to run as when we are root and the program must not be."""
    reach: tuple[Path, ...] = ()
    ready_within: float = 60.0
    """Seconds until it has to be ready."""
    stops_within: float = 15.0
    """Seconds after the stop signal until it is killed."""


class Process:
    """A part that was started. It dies with this process, whatever ends that."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process) -> None:
        self.part = part
        self.started_at = time.time()
        self._process = process

    @classmethod
    async def start(cls, part: Part) -> "Process":
        """Start the program. Raises CannotStart when the operating system refuses."""
        try:
            part.log.parent.mkdir(parents=True, exist_ok=True)
            with part.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *launched(part),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **part.environment},
                    start_new_session=True,  # the terminal's Ctrl-C is for the supervisor, which stops parts in order
                )
        except OSError as error:
            raise of_os_error(error, part.log.parent) from error
        return cls(part, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Return the exit status once it has ended."""
        return await self._process.wait()

    async def wait_ready(self) -> None:
        """Return when it is ready. Raises CannotStart, with the end of the log, when it ends or takes too long."""
        limit = self.part.ready_within
        deadline = time.monotonic() + limit
        while not await self.part.ready(self.pid):
            if self.status is not None:
                raise CannotStart(
                    f"{self.part.name} did not start ({describe(self.status)}): its log {self.part.log} says why.",
                    detail=last_lines(self.part.log),
                )
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"{self.part.name} was not ready within {limit:.0f} s: its log {self.part.log} says more.",
                    detail=last_lines(self.part.log),
                )
            await asyncio.sleep(POLL_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self) -> None:
        """Ask it to end and wait; kill it when it does not."""
        if self.status is not None:
            return
        self.signal(signal.SIGCONT)
        self.signal(self.part.stop_signal)
        try:
            async with asyncio.timeout(self.part.stops_within):
                await self.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.wait()


def launched(part: Part) -> list[str]:
    """The command that becomes the part and dies with this process."""
    options = ["--parent", str(os.getpid()), "--signal", str(int(part.stop_signal))]
    if part.user:
        options += ["--user", part.user]
        for path in part.reach:
            options += ["--reach", str(path)]
    return [sys.executable, "-ISB", str(LAUNCH), *options, "--", *part.command]


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, as it helps to understand a failure."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    # A Java stack trace says what is wrong above its frames.
    return "\n".join([line for line in lines if not line.startswith("\tat ")][-count:])


def describe(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
