"""`make bench`: measure, print a table, write JSON.

Every figure is the ratio of two things measured in turn in this run, so that it means the same on another machine. Stacks are
started on data folders of their own and removed afterwards.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks import batch_ingest, cost, footprint, profiles, projector, single_post, visibility
from benchmarks.figures import Figure
from benchmarks.report import print_table, write_json
from benchmarks.run import Run

MEASUREMENTS: dict[str, Callable[[Run], Awaitable[list[Figure]]]] = {
    "cost": cost.measure,
    "batch": batch_ingest.measure,
    "single": single_post.measure,
    "visibility": visibility.measure,
    "projector": projector.measure,
    "footprint": footprint.measure,
}
EVENTS = 100_000
"""So much history lets a whole run end within 20 minutes on two cores; `--full` takes the million of the aim."""
FULL = 1_000_000
JSON = Path("benchmarks/results/latest.json")


async def run_all(asked: argparse.Namespace) -> list[Figure]:
    """Measure what is asked for, and keep a profile of the part that is furthest from its aim."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="rekindle-bench-", ignore_cleanup_errors=True) as folder:
        run = Run(asked.rounds, FULL if asked.full else asked.events, asked.round_events, Path(folder), say)
        try:
            for name, measure in MEASUREMENTS.items():
                if not asked.only or name in asked.only:
                    figures += await measure(run)
            if asked.profile or not (asked.only or asked.no_profile):
                await profiles.keep(run, asked.profile or profiles.slowest(figures))
        finally:
            await run.close()
    return figures


def main() -> int:
    """Run; the exit status says nothing about aims, for a machine may be busy."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=[], help="measure these alone")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of each figure")
    parser.add_argument("--events", type=int, default=EVENTS, help="history behind the large funnel and the full memory")
    parser.add_argument("--full", action="store_true", help=f"the same as --events {FULL}")
    parser.add_argument("--round-events", type=int, default=20_000, help="events of a round of a throughput")
    parser.add_argument("--json", type=Path, default=JSON, help="where to write all that was measured")
    parser.add_argument("--profile", choices=profiles.PROFILED, help="keep a profile of this one; by default of the slowest part")
    parser.add_argument("--no-profile", action="store_true", help="keep none (nor does --only without --profile)")
    asked = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(run_all(asked))
    if figures:
        print_table(figures)
        write_json(figures, asked.json, {name: str(value) for name, value in vars(asked).items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
