"""Duplicates among made-up people: how many are found, how many of those found are none, and how fast everybody is compared."""

import resource
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson

from benchmarks.duplicate_people import make
from benchmarks.duplicate_truth import judge
from benchmarks.figures import Figure
from benchmarks.run import Run
from services.candidates.domain.content import CANDIDATE
from services.candidates.use_cases.compare_people import CHUNK, compare_next, scan
from shared.db.engine import Sessions, connect
from shared.ids import candidate_id

SET = 100_000
SEED = 7
PRECISION, RECALL = 0.99, 0.95
SECONDS_A_MILLION = 600.0
_COLUMNS = ("id", "reference", "person_id", "is_record", "created_at", "record", "record_version", "version")


async def measure(run: Run) -> None:
    """Precision and recall of what is likely; people a second of a scan, against what a million in ten minutes needs."""
    found = judge(make(SET, seed=SEED))
    precision = Figure(
        "duplicates, precision", f"likely pairs among {SET:,} people that are one person ÷ all likely pairs", PRECISION
    )
    recall = Figure("duplicates, recall", f"likely pairs among {SET:,} people ÷ those who are there twice", RECALL)
    precision.units = recall.units = ("share", "of")
    recall.notes.append(", ".join(f"{kind} {share:.3f}" for kind, share in found.by_kind.items()))
    precision.notes.append(f"{len(found.wrong):,} pairs are none, {len(found.missed):,} were missed")
    for figure, share in ((precision, found.precision), (recall, found.recall)):
        figure.add(share, 1.0)
        run.report(figure)
    speed = Figure(
        "duplicates, scan",
        f"people a second of a scan of {run.events:,} people ÷ a million in ten minutes",
        1.0,
        units=("1/s", "1/s"),
    )
    async with run.alone("duplicates") as stack:
        await stack.halt("worker")
        sessions = connect(stack.env["CANDIDATES_DATABASE_URL"], pool_size=2)
        try:
            async with sessions.own_connection() as connection:
                async for rows in _people(run.events):
                    await connection.copy_records_to_table("candidates", records=rows, columns=_COLUMNS)
                await connection.execute("VACUUM ANALYZE candidates")
            await scan(sessions)
            began, memory, done = time.monotonic(), _memory(), 0
            while taken := await compare_next(sessions, now=datetime.now(UTC)):
                done += taken
                if done == run.events // 10 // CHUNK * CHUNK:
                    memory = _memory()
            speed.add(done / (time.monotonic() - began), 1_000_000 / SECONDS_A_MILLION)
            speed.notes.append(
                f"{_memory() - memory:,} MB more at the end than after a tenth; {await _pairs(sessions):,} pairs kept"
            )
            run.report(speed)
        finally:
            await sessions.close()


async def _people(count: int) -> AsyncIterator[list[tuple[Any, ...]]]:
    """Rows of so many records, in sets of which each has its own duplicates."""
    now = datetime.now(UTC)
    for first in range(0, count, SET):
        rows = []
        for number, record in enumerate(make(min(SET, count - first), seed=first).records, first):
            reference = f"bench:{number}"
            stream = candidate_id(reference)
            shown = {"references": [reference], **CANDIDATE.nest({}), **record}
            rows.append((stream, reference, stream, True, now, orjson.dumps(shown).decode(), 1, 1))
        yield rows


async def _pairs(sessions: Sessions) -> int:
    async with sessions.alone() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM duplicate_pairs"))


def _memory() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
