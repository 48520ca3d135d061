"""Who fits a position, and what changes would add, among a million people: over HTTP, people changing in between."""

import time

from benchmarks.client import Connection, connections
from benchmarks.figures import Figure, percentile
from benchmarks.run import Run
from shared.db.engine import connect
from shared.ids import position_id

PEOPLE = 1_000_000
QUESTIONS = 100
LIMIT = 500.0
POSITION = position_id("bench:fit")
_FILL = f"""
    INSERT INTO people (person, level, country, market_status, years, salary, currency, skills, version)
    SELECT gen_random_uuid(),
        (ARRAY['junior', 'mid', 'senior', 'lead', 'staff', NULL])[1 + floor(6 * random())::int],
        (ARRAY['DE', 'AT', 'FR', 'PL', 'US', NULL])[1 + floor(6 * random())::int],
        (ARRAY['passive', 'open', 'active', NULL])[1 + floor(4 * random())::int],
        floor(300 * random()) / 10, round((40000 + 90000 * random())::numeric), 'EUR',
        ARRAY(SELECT 'skill-' || floor(800 * power(random(), 3))::int FROM generate_series(1, 5) WHERE number > 0),
        CAST(CAST(pg_current_xact_id() AS text) AS bigint)
    FROM generate_series(1, {PEOPLE}) AS number
"""
_POSITION = """
    INSERT INTO positions (position_id, snapshot) VALUES ($1::uuid, jsonb_build_object(
        'position_id', CAST($1::uuid AS text), 'salary_max', 80000, 'salary_currency', 'EUR', 'countries', '["DE"]'::jsonb,
        'requirements', '[{"skills_any": ["skill-0", "skill-2"]}, {"skills_any": ["skill-1"]}, {"level_from": "senior"},
            {"years_from": 5}]'::jsonb,
        'needs', '[{"skills_any": ["skill-3", "skill-4"]}, {"years_from": 3}]'::jsonb
    ))
"""
_CHANGE = """
    UPDATE people SET market_status = 'open', version = CAST(CAST(pg_current_xact_id() AS text) AS bigint)
    WHERE number BETWEEN $1 AND $1 + 9
"""


async def measure(run: Run) -> None:
    """The 99th percentile of both questions, ten people having changed before each, against the limit."""
    figure = Figure(
        "who fits, p99",
        f"p99 of fit and what-if among {PEOPLE:,} people, over HTTP ÷ the limit",
        1.0,
        at_most=True,
        units=("ms", "ms"),
    )
    async with run.alone("fit") as stack:
        sessions = connect(stack.env["ANALYTICS_DATABASE_URL"], pool_size=2)
        try:
            async with sessions.own_connection() as connection, connections(stack.url, stack.token, 1) as (client,):
                await connection.execute("SET statement_timeout = 0")
                await connection.execute(_FILL)
                await connection.execute("VACUUM ANALYZE people")
                await connection.fetch(_POSITION, POSITION)
                first = await _ask(client, "fit")
                figure.notes.append(f"the first answer, which reads everybody: {first / 1000:.1f} s")
                for _ in range(run.rounds):
                    taken = []
                    for number in range(QUESTIONS):
                        await connection.fetch(_CHANGE, 1 + number * 1000)
                        taken.append(await _ask(client, "what-if" if number % 2 else "fit"))
                    figure.add(percentile(taken, 0.99), LIMIT)
                    figure.notes.append(f"median {percentile(taken, 0.5):.0f} ms")
                    run.report(figure)
        finally:
            await sessions.close()


async def _ask(client: Connection, what: str) -> float:
    """Milliseconds until the answer."""
    began = time.perf_counter()
    await client.demand("GET", f"/v1/analytics/positions/{POSITION}/{what}", status=200)
    return (time.perf_counter() - began) * 1000
