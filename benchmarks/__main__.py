"""`make bench`: measure, print a table, write JSON.

Every figure is the ratio of two things measured in turn in this run, so that it means the same on another machine. Stacks are
started on data folders of their own and removed afterwards.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path

import uvloop

from benchmarks import (
    analytics,
    batch_ingest,
    contact_checks,
    cost,
    due_plans,
    duplicates,
    fit,
    footprint,
    greenhouse,
    imports,
    links,
    pages,
    profiles,
    projector,
    queue_claims,
    resumes,
    returns,
    reviews,
    search,
    single_post,
)
from benchmarks.report import print_table, write_json
from benchmarks.run import Run

Measure = Callable[[Run], Awaitable[None]]
# In this order, so that those which can share a stack do.
MEASUREMENTS: dict[str, Measure] = {
    "resumes": resumes.measure,
    "reviews": reviews.measure,
    "cost": cost.measure,
    "links": links.measure,
    "checks": contact_checks.measure,
    "greenhouse": greenhouse.measure,
    "batch": batch_ingest.measure,
    "single": single_post.measure,
    "projector": projector.measure,
    "analytics": analytics.measure,
    "returns": returns.measure,
    "fit": fit.measure,
    "search": search.measure,
    "imports": imports.measure,
    "duplicates": duplicates.measure,
    "pages": pages.measure,
    "queue": queue_claims.measure,
    "clock": due_plans.measure,
    "footprint": footprint.measure,
}
EVENTS = 100_000
"""So much history lets a whole run end within 15 minutes on two cores; `--full` takes the million of the aim."""
FULL = 1_000_000
JSON = Path("benchmarks/results/latest.json")


async def measure_groups(run: Run, groups: Mapping[str, Measure], only: Collection[str] = ()) -> None:
    """Measure the groups, or those asked for. One that fails leaves no stack behind that the next would measure."""
    for name, measure in groups.items():
        if (not only or name in only) and not await run.attempt(name, measure(run)):
            await run.attempt(f"stopping what {name} left", run.close())


async def measure_all(run: Run, asked: argparse.Namespace) -> None:
    """Measure what is asked for, and keep a profile of the part that is furthest from its aim."""
    try:
        await measure_groups(run, MEASUREMENTS, asked.only)
        if asked.profile or not (asked.only or asked.no_profile):
            await run.attempt("profile", profiles.keep(run, asked.profile or profiles.slowest(run.figures)))
    finally:
        await run.close()


def main() -> int:
    """Run and report, also what was measured until an interruption.

    The exit status is 0 when everything could be measured. It says nothing about aims, for a machine may be busy.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, default=[], help="measure these alone")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of each figure; those that take long take fewer")
    parser.add_argument("--events", type=int, default=EVENTS, help="history behind the large funnel and the full memory")
    parser.add_argument("--full", action="store_true", help=f"the same as --events {FULL}")
    parser.add_argument("--facts", type=int, default=FULL, help="the most facts that analytics is measured with")
    parser.add_argument("--round-events", type=int, default=20_000, help="events of a round of a throughput")
    parser.add_argument("--json", type=Path, default=JSON, help="where to write all that was measured")
    parser.add_argument("--profile", choices=profiles.PROFILED, help="keep a profile of this one; by default of the slowest part")
    parser.add_argument("--no-profile", action="store_true", help="keep none (nor does --only without --profile)")
    asked = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="rekindle-bench-", ignore_cleanup_errors=True) as folder:
        run = Run(asked.rounds, FULL if asked.full else asked.events, asked.round_events, Path(folder), say, asked.facts)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure_all(run, asked))
        finally:
            if run.figures or run.failures:
                print_table(run.figures, run.failures)
                write_json(run.figures, run.failures, asked.json, {name: str(value) for name, value in vars(asked).items()})
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
