"""Heartbeats: each part of a worker says that it goes on, so that a part that hangs can be distinguished from an idle one.

A part beats by calling ``beat()`` at each turn of its loop, at least every few seconds, also while it waits. Which part beats
follows from the task: the worker runs each part inside ``of_part``.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

SILENT_AFTER = 15.0
"""Seconds without a beat after which a part counts as silent: readiness says so."""
HUNG_AFTER = 30.0
"""Seconds without a beat after which a part is ended and started again."""

_part: ContextVar[str | None] = ContextVar("part", default=None)
_beats: dict[str, float] = {}


@contextmanager
def of_part(name: str) -> Iterator[None]:
    """Everything that runs inside the block, and every task that is created there, beats for this part."""
    token = _part.set(name)
    beat()
    try:
        yield
    finally:
        _part.reset(token)
        _beats.pop(name, None)


def beat() -> None:
    """Say that the current part goes on. Outside a part, nothing happens."""
    name = _part.get()
    if name is not None:
        _beats[name] = time.monotonic()


def silences() -> Mapping[str, float]:
    """How many seconds ago each running part of this process beat last. May be called from any thread."""
    now = time.monotonic()
    return {name: now - last for name, last in _beats.copy().items()}
