"""Ends a process in which a part hangs, so that whoever supervises it starts it again.

A thread of its own looks, so that a blocked event loop is found too.
"""

import faulthandler
import logging
import os
import threading
from collections.abc import Callable

from shared.observability.heartbeats import HUNG_AFTER, silences

EVERY_SECONDS = 5.0

logger = logging.getLogger("rekindle.runtime.watchdog")


class SilenceMeter:
    """How long something has given no sign of life, for an observer that may have stood still itself.

    Between two looks silence grows by twice their distance at most: when the whole machine was stopped for a while, what
    was silent meanwhile gets the chance to say something.
    """

    def __init__(self, *, every: float) -> None:
        self._every = every
        self.seconds = 0.0

    def observe(self, silent_for: float) -> float:
        """Take in one look, which found something silent for so many seconds; returns the silence to go by."""
        self.seconds = min(silent_for, self.seconds + 2 * self._every)
        return self.seconds


def start(*, every: float = EVERY_SECONDS, most: float = HUNG_AFTER, end: Callable[[], object] | None = None) -> None:
    """Look at the parts of this process every few seconds, and end it when one is silent for ``most`` seconds."""
    looking = threading.Thread(target=_watch, args=(every, most, end or _end_process), name="watchdog", daemon=True)
    looking.start()


def _watch(every: float, most: float, end: Callable[[], object]) -> None:
    meters: dict[str, SilenceMeter] = {}
    pause = threading.Event()
    while not pause.wait(every):
        found = silences()
        meters = {name: meters.get(name) or SilenceMeter(every=every) for name in found}
        hanging = sorted(name for name, seconds in found.items() if meters[name].observe(seconds) >= most)
        if hanging:
            logger.critical("%s gave no sign of life for %.0f s; this process ends", ", ".join(hanging), most)
            end()
            return


def _end_process() -> None:
    """Write down where every thread stands, and end at once: who hangs does not finish what it holds."""
    faulthandler.dump_traceback(all_threads=True)
    os._exit(1)
