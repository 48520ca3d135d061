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
ALONE, TOGETHER = 3000, 1000
"""People of a projector in a round, alone and of eight: about 14,000 and 38,000 facts, some seconds."""
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
        await _rate(sessions, number, ALONE, projectors=1, skewed=False)  # warms up: plans, profiles, pages
        number += ALONE
        for nth in range(run.rounds):
            rates = [0.0, 0.0]
            for which in _in_turn(nth):
                with (_everything, _funnel_alone)[which]():
                    rates[which] = await _rate(sessions, number, ALONE, projectors=1, skewed=False)
                number += ALONE
            all_metrics.add(*rates)
            run.report(all_metrics)
        await _rate(sessions, number, TOGETHER, projectors=PROJECTORS, skewed=True)
        number += PROJECTORS * TOGETHER
        for nth in range(run.rounds):
            rates = [0.0, 0.0]
            for which in _in_turn(nth):
                rates[which] = await _rate(sessions, number, TOGETHER, projectors=PROJECTORS, skewed=which == 0)
                number += PROJECTORS * TOGETHER
            skewed.add(*rates)
            run.report(skewed)
    finally:
        await sessions.close()


def _in_turn(nth: int) -> tuple[int, int]:
    """Which of two is measured first, the other one in each round: tables grow and the machine changes its pace meanwhile."""
    return (0, 1) if nth % 2 == 0 else (1, 0)


async def _rate(sessions: Sessions, first: int, people: int, *, projectors: int, skewed: bool) -> float:
    """Facts a second of projectors side by side, each with people of its own, as the partitions of a topic give them."""
    began = time.perf_counter()
    applied = await asyncio.gather(
        *(_apply(sessions, first + place * people, people, skewed=skewed) for place in range(projectors))
    )
    return sum(applied) / (time.perf_counter() - began)


async def _apply(sessions: Sessions, first: int, people: int, *, skewed: bool) -> int:
    now, applied = datetime.now(UTC), 0
    events = invented.facts(first, people, positions=POSITIONS, half_at_one=skewed)
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
