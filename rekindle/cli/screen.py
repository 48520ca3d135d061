"""What the command shows while it works: a status line on a terminal, plain lines elsewhere. All on stderr."""

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

COUNT_EVERY = 2.0
"""Seconds between two lines of a count."""


class Screen:
    """Progress of one piece of work."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._last_tenth = -1
        self._counted_at = self._started

    def say(self, text: str) -> None:
        """Print a line with the seconds since the work began."""
        seconds = time.monotonic() - self._started
        mark = f"\033[2m{seconds:6.1f} s\033[0m" if self._is_terminal else f"{seconds:6.1f} s"
        print(f"{mark}  {text}", file=sys.stderr, flush=True)

    def progress(self, what: str, done: int, wanted: int) -> None:
        """Show how far a piece of work is: a bar with the time left on a terminal, a line for each tenth elsewhere."""
        if self._is_terminal:
            self._show_bar(what, done, wanted)
            return
        tenth = 10 * done // max(wanted, 1)
        if tenth > self._last_tenth:
            self._last_tenth = tenth
            self.say(f"{what}: {100 * done // max(wanted, 1)} %{self._time_left(done, wanted)}")

    def count(self, text: str) -> None:
        """Show how much is done of work whose amount is not known: a line every few seconds."""
        if time.monotonic() - self._counted_at >= COUNT_EVERY:
            self._counted_at = time.monotonic()
            self.say(text)

    def _time_left(self, done: int, wanted: int) -> str:
        if not 0 < done < wanted:
            return ""
        return f", about {(time.monotonic() - self._started) * (wanted - done) / done:.0f} s left"

    def _show_bar(self, what: str, done: int, wanted: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._bar.add_task(what, total=wanted)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], description=what, completed=done)
        if done >= wanted:
            self._bar.stop()
            self._bar = None


def complain(message: str, detail: str = "") -> None:
    """Print an error, after the lines that explain it."""
    if detail:
        print("\n".join(f"  | {line}" for line in detail.splitlines()), file=sys.stderr)
    start = "\033[31mError:\033[0m" if sys.stderr.isatty() else "Error:"
    print(f"{start} {message}", file=sys.stderr, flush=True)
