"""What the command shows while it works: a status line on a terminal, plain lines elsewhere. All on stderr."""

import sys
import time


class Screen:
    """Progress of one piece of work."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Print a line with the seconds since the work began."""
        seconds = time.monotonic() - self._started
        mark = f"\033[2m{seconds:6.1f} s\033[0m" if self._is_terminal else f"{seconds:6.1f} s"
        print(f"{mark}  {text}", file=sys.stderr, flush=True)

    def progress(self, what: str, done: int, wanted: int) -> None:
        """Show how far a piece of work is: a bar on a terminal, a line for each tenth elsewhere."""
        if self._is_terminal:
            filled = 30 * done // max(wanted, 1)
            end = "\n" if done >= wanted else ""
            bar = "█" * filled + "░" * (30 - filled)
            print(f"\r          {what}  {bar} {done}/{wanted}", end=end, file=sys.stderr, flush=True)
        elif done >= wanted or done % max(wanted // 10, 1) == 0:
            self.say(f"{what}: {done} of {wanted}")


def complain(message: str, detail: str = "") -> None:
    """Print an error, after the lines that explain it."""
    if detail:
        print("\n".join(f"  | {line}" for line in detail.splitlines()), file=sys.stderr)
    start = "\033[31mError:\033[0m" if sys.stderr.isatty() else "Error:"
    print(f"{start} {message}", file=sys.stderr, flush=True)
