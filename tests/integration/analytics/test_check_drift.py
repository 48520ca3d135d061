"""Counters that are not what the attempts say are found in passing, and reported until a rebuild."""

import logging
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.analytics.consumers import producers
from services.analytics.metrics.durations import LONGEST, bucket_of
from services.analytics.storage import drift
from services.analytics.storage.contributions import COUNTED_AS
from services.analytics.use_cases.check_drift import EVERY, DriftChecker
from services.analytics.use_cases.rebuild import rebuild
from shared.attempts import GHOST_AFTER
from shared.db.engine import Sessions
from tests.integration.analytics.deliveries import NOW, deliver
from tests.unit.analytics.histories import History

CORRUPTIONS = {
    "a counter": "UPDATE counters SET count = count + 1 WHERE measure = 'reached.contacted' AND position_id = :position",
    "seconds": "UPDATE counters SET seconds = 7 WHERE measure = 'reached.contacted' AND position_id = :position",
    "one that is gone": "DELETE FROM counters WHERE measure = 'reached.contacted' AND position_id = :position",
    "all that are gone": "DELETE FROM counters WHERE position_id = :position",
    "one of nothing": "INSERT INTO counters SELECT position_id, 'declines.weather', 1, 0 FROM counters "
    "WHERE position_id = :position LIMIT 1",
    "an attempt that is gone": "DELETE FROM attempts WHERE position_id = :position",
}


async def check_all(sessions: Sessions, checker: DriftChecker) -> int:
    """Check so often that every position's turn comes."""
    wrong = 0
    for _ in range(8):
        async with sessions.begin() as session:
            wrong += await checker.check(session, now=NOW)
    return wrong


@pytest.mark.parametrize("corruption", CORRUPTIONS)
async def test_a_corrupted_counter_is_found_and_reported(
    api: httpx.AsyncClient, analytics: Sessions, corruption: str, caplog: pytest.LogCaptureFixture
) -> None:
    history, checker = History(), DriftChecker(UUID(int=0))
    kinds = ("contacted", "responded", "interested")
    await deliver(analytics, *(history.fact(kind, f"p{n}", n, position=f"ats:{n % 6}") for n in range(12) for kind in kinds))
    assert await check_all(analytics, checker) == 0
    assert (await api.get("/health/ready")).json()["checks"]["counters"] == "ok"

    async with analytics.begin() as session:
        position = await session.scalar(text("SELECT position_id FROM counters ORDER BY position_id OFFSET 20 LIMIT 1"))
        await session.execute(text(CORRUPTIONS[corruption]), {"position": position})
    with caplog.at_level(logging.ERROR):
        assert await check_all(analytics, checker) > 0

    assert f"counters of position {position} have drifted" in caplog.text
    ready = await api.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "rekindle_analytics_counters_wrong 0.0" not in (await api.get("/metrics")).text
    await rebuild(analytics, now=NOW, ghost_after=GHOST_AFTER)
    assert await check_all(analytics, checker) == 0
    assert (await api.get("/health/ready")).json()["checks"]["counters"] == "ok"


async def test_the_check_is_made_once_a_minute_with_the_reports_of_the_relays(analytics: Sessions) -> None:
    await deliver(analytics, History().fact("contacted"))
    checker = DriftChecker(UUID(int=0))

    async def checked(after: timedelta) -> int:
        async with analytics.begin() as session:
            await checker.check_when_due(session, now=NOW + after)
            return (await drift.read(session)).checked

    first = await checked(timedelta())
    assert first > 0
    assert await checked(EVERY / 2) == first
    assert [await checked(EVERY * turn) for turn in (1, 2)] == [first, 2 * first], "the end is reached, and it begins anew"
    assert isinstance(producers.DRIFT, DriftChecker)


async def test_a_position_that_would_take_long_is_left_out(analytics: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "MOST_ATTEMPTS", 2)
    history = History()
    await deliver(analytics, *(history.fact("contacted", f"p{n}", position=f"ats:{n // 3}") for n in range(4)))

    await check_all(analytics, DriftChecker(UUID(int=0)))

    async with analytics.begin() as session:
        one = await session.scalar(text("SELECT count(*) FROM counters GROUP BY position_id ORDER BY 1 LIMIT 1"))
        assert 0 < (await drift.read(session)).checked <= 4 * (one or 0)


async def test_sql_puts_durations_into_the_buckets_that_the_metrics_do(analytics: Sessions) -> None:
    doubled = [60 * 2**power for power in range(25)]
    seconds = sorted({*range(0, 10_000, 7), *(one + more for one in doubled for more in (-1, 0, 1)), LONGEST})
    async with analytics.begin() as session:
        query = f"""
            SELECT {COUNTED_AS} FROM (
                SELECT 'm.s.' AS measure, seconds FROM unnest(CAST(:seconds AS integer[])) WITH ORDINALITY AS s (seconds, nth)
            ) AS one ORDER BY seconds
        """
        found = list(await session.scalars(text(query), {"seconds": seconds}))

    assert found == [f"m.s.{bucket_of(one)}" for one in seconds]
