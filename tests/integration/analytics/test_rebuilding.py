"""Attempts and counters can be made again from the facts, and equal what the projector made."""

from sqlalchemy import text

from services.analytics.storage import counters
from services.analytics.use_cases.rebuild import Rebuilt, rebuild
from shared.attempts import GHOST_AFTER
from shared.db.engine import Sessions
from tests.integration.analytics.deliveries import NOW, deliver, from_scratch, tables
from tests.unit.analytics.histories import History


async def fill(sessions: Sessions) -> None:
    """Some people, some of whom have two streams, at positions of which one is closed."""
    history = History()
    await deliver(
        sessions,
        *[
            history.fact(kind, f"person-{n}", n, position=f"ats:{n % 4}")
            for n in range(20)
            for kind in ("contacted", "responded")
        ],
    )
    await deliver(sessions, *[history.belongs(f"person-{n}", f"person-{n + 1}") for n in range(0, 20, 4)])
    await deliver(
        sessions, history.position("ats:2", closed=15), history.fact("event.retracted", "person-3", source="ats", id="event-7")
    )


async def again(sessions: Sessions) -> Rebuilt:
    """Rebuild."""
    return await rebuild(sessions, now=NOW, ghost_after=GHOST_AFTER)


async def test_a_rebuild_changes_nothing(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)

    found = await again(analytics)

    assert found.was_equal
    assert found.pursuits == 20
    assert await tables(analytics) == live


async def test_tables_that_are_gone_are_made_again(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)
    async with analytics.begin() as session:
        await session.execute(text("TRUNCATE attempts, counters"))

    await again(analytics)

    assert await tables(analytics) == live


async def test_what_is_wrong_is_found_and_put_right(analytics: Sessions) -> None:
    await fill(analytics)
    live = await tables(analytics)
    async with analytics.begin() as session:
        await session.execute(text("UPDATE counters SET count = count + 1 WHERE measure = 'reached.contacted'"))
        await session.execute(text("UPDATE attempts SET recruiter = 'nobody' WHERE number = 1 AND origin = 'outbound'"))
        await session.execute(
            text(
                "INSERT INTO attempts SELECT gen_random_uuid(), position_id, 1, cohort_at, origin, recruiter, via, channel, "
                "sender_role, measures, ats, seconds FROM attempts LIMIT 1"
            )
        )

    assert not (await from_scratch(analytics)).was_equal
    found = await again(analytics)

    assert found.attempts_wrong > 0
    assert found.counters_wrong > 0
    assert await tables(analytics) == live


async def test_all_counters_are_looked_at_however_long_that_takes(analytics: Sessions) -> None:
    await fill(analytics)

    async with analytics.begin() as session:
        await session.execute(text("SET LOCAL statement_timeout = '1min'"))
        assert await counters.rebuild(session) == 0
        assert await session.scalar(text("SHOW statement_timeout")) == "0"
