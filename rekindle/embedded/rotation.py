"""Keep the parts' logs small: a log that has grown is copied aside, then emptied in place.

The parts hold their logs open for appending, so emptying is safe; a line written between the copy and the emptying can
be lost, which a log may and an event may not.
"""

import asyncio
import logging
import shutil
from pathlib import Path

LARGEST_BYTES = 20 * 1024 * 1024
KEPT = 3
EVERY_SECONDS = 10.0

logger = logging.getLogger(__name__)


async def keep_small(logs: Path) -> None:
    """Watch the logs of a folder until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await asyncio.to_thread(rotate_large, logs)


def rotate_large(logs: Path) -> None:
    """Rotate every log of a folder that has grown too large."""
    for log in logs.glob("*.log"):
        try:
            if log.stat().st_size > LARGEST_BYTES:
                rotate(log)
        except OSError as error:
            logger.warning("%s was not rotated: %s", log, error)


def rotate(log: Path) -> None:
    """Move what a log holds to ``<log>.1``, the older ones one further, and forget the oldest."""
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate(0)
