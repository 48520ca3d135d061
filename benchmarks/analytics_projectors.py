"""Projectors of analytics: what all metrics cost beside the funnel alone, and what a position with half of all facts costs."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice

from benchmarks import analytics_history as invented
from benchmarks.figures import Figure
from benchmarks.run import Run
from rekindle.embedded.stack import Stack
from services.analytics import metrics
from services.analytics.use_cases.project import project
from shared.attempts import GHOST_AFTER
from shared.db.engine import Sessions, connect

PROJECTORS = 8
PEOPLE = 500
"""Of each projector, a round: about 2,400 facts."""
POSITIONS = 200
BATCH = 500
_FIRST = 10_000_000
"""The number of the first person, beyond those of all other histories."""


async def measure(run: Run, stack: Stack, number: int = _FIRST) -> None:
    """Both figures, on a stack that nobody else uses."""
    sessions = connect(stack.env["ANALYTICS_DATABASE_URL"], pool_size=PROJECTORS)
    all_metrics = Figure("projector with all metrics", "facts/s ÷ with the funnel alone", 0.7)
    skewed = Figure("8 projectors, one position with half of all facts", "facts/s ÷ with even keys", 0.5)
    try:
        for _ in range(run.rounds):
            rates = []
            for what in (_everything, _funnel_alone):
                with what():
                    rates.append(await _rate(sessions, number, projectors=1, skewed=False))
                number += PEOPLE
            all_metrics.add(*rates)
            run.report(all_metrics)
            rates = []
            for uneven in (True, False):
                rates.append(await _rate(sessions, number, projectors=PROJECTORS, skewed=uneven))
                number += PROJECTORS * PEOPLE
            skewed.add(*rates)
            run.report(skewed)
    finally:
        await sessions.close()


async def _rate(sessions: Sessions, first: int, *, projectors: int, skewed: bool) -> float:
    """Facts a second of projectors side by side, each with people of its own, as the partitions of a topic give them."""
    began = time.perf_counter()
    applied = await asyncio.gather(*(_apply(sessions, first + place * PEOPLE, skewed=skewed) for place in range(projectors)))
    return sum(applied) / (time.perf_counter() - began)


async def _apply(sessions: Sessions, first: int, *, skewed: bool) -> int:
    now, applied = datetime.now(UTC), 0
    events = invented.facts(first, PEOPLE, positions=POSITIONS, half_at_one=skewed)
    while batch := list(islice(events, BATCH)):
        async with sessions.begin(waits_for_disk=False) as session:
            await project(session, batch, now=now, ghost_after=GHOST_AFTER)
        applied += len(batch)
    return applied


@contextmanager
def _everything() -> Iterator[None]:
    yield


@contextmanager
def _funnel_alone() -> Iterator[None]:
    """Count nothing but what the funnels show."""
    counted = metrics.CONTRIBUTES.copy()
    metrics.CONTRIBUTES[:] = [one.contributes for one in metrics.METRICS if one.per != "none" and one.contributes is not None]
    try:
        yield
    finally:
        metrics.CONTRIBUTES[:] = counted
