"""The whole year of a hiring team: ``python -m tests.chaos.year``; a part of it with a ``--duration`` below 600.

Lives through it on a stack of its own whose clock is set, and compares what it answers at the end with the model in
``tests/year``. A year that takes longer than ``--budget`` seconds is a failure too.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rekindle.cli.screen import Screen
from rekindle.simulation.living import Lived
from rekindle.simulation.year import Year
from tests.year.running import lived_as_the_model_says, stack_with_a_clock


def main() -> int:
    """Live through a year; the exit status is 0 when everything is as the model says, in time."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.year", description=__doc__)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--duration", type=float, default=600, help="of 600, the part of the people and facts that are simulated")
    parser.add_argument("--budget", type=float, default=3600, metavar="SECONDS")
    asked = parser.parse_args()
    part = min(1.0, asked.duration / 600)
    year = Year(
        begins=datetime(2025, 11, 1, tzinfo=UTC),
        seed=asked.seed,
        people=max(150, round(20_000 * part)),
        facts=max(2_250, round(300_000 * part)),
    )
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rekindle-year-", ignore_cleanup_errors=True) as folder:
        lived = asyncio.run(_live(Path(folder), year, Screen()))
    took = time.monotonic() - began
    figures = {"stored": lived.stored, "duplicates": lived.duplicates, "records": lived.records, "acts": lived.acts}
    print(json.dumps({**figures, "seconds": round(took, 1)}))
    if took > asked.budget:
        print(f"took {took:.0f} s, more than the {asked.budget:.0f} s that it may take", file=sys.stderr)
        return 1
    return 0


async def _live(folder: Path, year: Year, screen: Screen) -> Lived:
    def progress(at: datetime) -> None:
        screen.progress(f"{at:%d %B %Y}", int((at - year.begins).total_seconds()), year.days * 86_400)

    async with stack_with_a_clock(folder) as (stack, file):
        return await lived_as_the_model_says(stack, file, year, seconds=600, progress=progress)


if __name__ == "__main__":
    sys.exit(main())
