"""`rekindle logs`: what the parts wrote."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from rekindle.cli.options import Data
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder
from rekindle.embedded.part import last_lines
from rekindle.runtime.registry import SERVICES

POLL_SECONDS = 0.3


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("logs")(logs)


def logs(
    part: Annotated[
        str | None, typer.Argument(help="postgres, kafka, gateway, worker, or a service's name; default: all.", metavar="PART")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new lines and show them, until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Show the last N lines of each log.", min=0, metavar="N")] = 50,
    data: Data = DEFAULT,
) -> None:
    """Show the logs of all parts, or of one."""
    raise typer.Exit(show_logs(DataFolder(data), part, lines=lines, follow=follow))


def show_logs(folder: DataFolder, part: str | None, *, lines: int, follow: bool) -> int:
    """Print the end of one or all logs, then what is added; returns the exit status. Raises CannotStart."""
    service = part if part in {one.name for one in SERVICES} else None
    chosen = sorted(folder.logs.glob("*.log"))
    if service:
        # Services share processes; their lines carry their package or name.
        chosen = [log for log in chosen if log.stem in {"gateway", "worker"} or log.stem.startswith(f"{service}.")]
    elif part:
        chosen = [log for log in chosen if log.stem == part]
    if not chosen:
        known = ", ".join(sorted(log.stem for log in folder.logs.glob("*.log")))
        if not known:
            raise CannotStart(f"{folder.path} has no logs: nothing has been started there yet.")
        raise CannotStart(f"Nothing called {part} has a log in {folder.logs}: choose {known}, or a service's name.")
    positions = {log: log.stat().st_size for log in chosen}
    width = max(len(log.stem) for log in chosen)
    for log in chosen:
        for line in last_lines(log, lines).splitlines() if lines else ():
            _show(log, line, width, service)
    try:
        while follow:
            for log, line in _added(positions):
                _show(log, line, width, service)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        return 130
    return 0


def _show(log: Path, line: str, width: int, service: str | None) -> None:
    if service and log.stem in {"gateway", "worker"} and service not in line:
        return
    print(f"{log.stem:<{width}} | {line}", flush=True)


def _added(positions: dict[Path, int]) -> Iterator[tuple[Path, str]]:
    for log, position in positions.items():
        size = log.stat().st_size if log.exists() else 0
        start = position if size >= position else 0  # a log that shrank was rotated
        added = _read_from(log, start) if size > start else b""
        complete = added[: added.rfind(b"\n") + 1]
        positions[log] = start + len(complete)
        for line in complete.decode(errors="replace").splitlines():
            yield log, line


def _read_from(log: Path, start: int) -> bytes:
    with log.open("rb") as file:
        file.seek(start)
        return file.read()
