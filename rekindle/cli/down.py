"""`rekindle down`: end a running stack."""

import os
import signal
import time

import typer

from rekindle.cli.options import Data
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, DataFolder

STOP_SECONDS = 90.0


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("down")(down)


def down(data: Data = DEFAULT) -> None:
    """Stop a stack, in order, and wait until it has stopped."""
    raise typer.Exit(stop(DataFolder(data)))


def stop(folder: DataFolder) -> int:
    """Ask the supervisor to stop and wait for it; returns the exit status. Raises CannotStart when it does not stop."""
    running = folder.running()
    if not running:
        print(f"Nothing runs on {folder.path}.")
        return 0
    supervisor = int(running["supervisor"])
    try:
        os.kill(supervisor, signal.SIGTERM)
    except ProcessLookupError:
        print(f"Nothing runs on {folder.path}.")
        return 0
    deadline = time.monotonic() + STOP_SECONDS
    while folder.is_in_use() or _lives(supervisor):
        if time.monotonic() > deadline:
            raise CannotStart(f"The stack did not stop within {STOP_SECONDS:.0f} s: `kill -9 {supervisor}` ends it.")
        time.sleep(0.1)
    print("Stopped.")
    return 0


def _lives(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
