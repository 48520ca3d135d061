"""The search for whom a position brings back: a million conditions of soft nos, of which it fits five hundred people's."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from benchmarks.client import connections, post_all
from benchmarks.figures import Figure
from benchmarks.quiet import until_quiet
from benchmarks.run import Run
from services.engagement.settings import EngagementSettings
from services.engagement.storage.positions import PositionSnapshot
from services.engagement.use_cases.search_positions import search_positions
from services.engagement.use_cases.take_over_records import take_over_records
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions, connect
from shared.ids import position_id

SOFT_NOS = 1_000_000
FITTING = 500
LIMIT = 1.0
POSITION = position_id("bench:remote-role")
# The position meets none of these: other levels of those who want to work remotely, more money than it pays, a skill that it asks
# for, its own sponsor, fewer years than it needs.
_FILL = f"""
    INSERT INTO return_conditions (person_id, position_id, closed_at, number, kind, level, amount, currency, remote, countries,
        career_from, skills, sponsor)
    SELECT gen_random_uuid(), gen_random_uuid(), now() - number * interval '1 minute', 0, kind,
        CASE WHEN kind = 'location' THEN level % 6 ELSE level END,
        CASE kind WHEN 'salary' THEN 90001 + number % 60000 END, CASE kind WHEN 'salary' THEN 'EUR' END,
        CASE kind WHEN 'location' THEN true END, CASE kind WHEN 'location' THEN ARRAY['FR'] END,
        CASE kind WHEN 'experience' THEN now() - interval '1 year' END,
        CASE kind WHEN 'skills' THEN ARRAY['kafka'] END, CASE kind WHEN 'rejected_by_sponsor' THEN 'acme' END
    FROM generate_series(1, {SOFT_NOS}) AS number
    CROSS JOIN LATERAL (
        SELECT (ARRAY['salary', 'location', 'skills', 'rejected_by_sponsor', 'experience'])[1 + number % 5] AS kind,
            (number / 5 % 10)::smallint AS level) AS made
    """
_CONTENT = {
    "status": "open", "title": "Engineering manager", "level": "manager", "remote": True, "skills": ["kafka"], "sponsor": "acme",
    "years_experience": 8, "salary_max": 90_000, "salary_currency": "EUR",
}  # fmt: skip


async def measure(run: Run) -> None:
    """Seconds from a position's opening until everybody whom it fits has it as a reason, against the limit."""
    figure = Figure(
        "trigger search",
        f"seconds until a position that fits {FITTING} of {SOFT_NOS:,} soft nos has brought them back ÷ the limit",
        1.0,
        at_most=True,
        units=("s", "s"),
    )
    async with run.alone("returns") as stack:
        async with connections(stack.url, stack.token, 2) as opened:
            await post_all(opened, "/v1/events", _declines(), status=207)
        await until_quiet(stack.env)
        await stack.halt("worker")
        settings = EngagementSettings(database_url=stack.env["ENGAGEMENT_DATABASE_URL"])
        sessions = connect(settings.database_url, pool_size=2)
        try:
            async with sessions.own_connection() as connection:
                await connection.execute("SET statement_timeout = 0")
                await connection.execute(_FILL)
                await connection.execute("VACUUM ANALYZE return_conditions")
            for number in range(run.rounds):
                figure.add(await _search(sessions, settings, number), LIMIT)
                run.report(figure)
        finally:
            await sessions.close()


def _declines() -> list[bytes]:
    """Those whom the position fits: they declined for location, and nothing is known of their level."""
    at = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    events = [
        {
            "source": "bench", "id": f"returns-{number}", "type": "rekindle.pursuit.declined", "subject": f"bench:back-{number}",
            "time": at, "data": {"position": "bench:on-site", "reason": "location", "facts": {"remote": True}},
        }
        for number in range(FITTING)
    ]  # fmt: skip
    return [orjson.dumps(events[first : first + 100]) for first in range(0, len(events), 100)]


async def _search(sessions: Sessions, settings: EngagementSettings, number: int) -> float:
    """Open the position, time the search, and close it again."""
    now = datetime.now(UTC)
    await _publish(sessions, 2 * number + 1, _CONTENT, now)
    began = time.perf_counter()
    found = await search_positions(sessions, now=now, settings=settings)
    took = time.perf_counter() - began
    reasons = await _reasons(sessions)
    assert reasons == FITTING, f"{reasons} of {found} persons have the position as a reason"
    await _publish(sessions, 2 * number + 2, _CONTENT | {"status": "closed"}, now)
    await search_positions(sessions, now=now, settings=settings)
    assert await _reasons(sessions) == 0
    return took


async def _publish(sessions: Sessions, version: int, content: dict[str, Any], now: datetime) -> None:
    async with sessions.begin() as session:
        snapshot = PositionSnapshot(version, "bench:remote-role", "Engineering manager", (), content, now)
        await take_over_records(session, {}, {}, {POSITION: [snapshot]}, now=now)


async def _reasons(sessions: Sessions) -> int:
    """How many persons have the position as a reason."""
    reason = orjson.dumps([{"position_id": str(POSITION), "trigger": "position_opened"}]).decode()
    async with sessions.begin() as session:
        query = "SELECT count(*) FROM queue_items WHERE reasons @> $1::jsonb"
        return int(await (await driver(session)).fetchval(query, reason))
