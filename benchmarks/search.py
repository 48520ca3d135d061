"""Finding people by words and a filter among a million, over HTTP, against the bare statement in the database."""

import time
from urllib.parse import urlencode

from benchmarks.client import Connection, connections
from benchmarks.figures import Figure, percentile
from benchmarks.run import Run
from shared.db.asyncpg_connection import Driver
from shared.db.engine import connect

PEOPLE = 1_000_000
QUESTIONS = 200
LIMIT = 100.0
# Names, titles and companies are drawn so that some words are in many records and most are in few.
_FILL = """
    INSERT INTO candidates (
        id, reference, person_id, is_record, created_at, skills, level, country, record, record_version, version)
    SELECT id, reference, id, true, now(), skills, level, country, jsonb_build_object(
        'references', jsonb_build_array(reference), 'name', name, 'emails', '[]'::jsonb, 'phones', '[]'::jsonb,
        'links', '[]'::jsonb,
        'time_zone', NULL, 'company', company, 'title', title, 'level', level, 'years_experience', years,
        'skills', to_jsonb(skills),
        'market_status', NULL, 'tier', NULL, 'location', jsonb_build_object('country', country, 'city', 'City ' || number %% 500),
        'salary', NULL), 1, 1
    FROM (SELECT number, gen_random_uuid() AS id, 'bench:' || number AS reference,
        'Given' || floor(2000 * power(random(), 2))::int || ' Family' || floor(50000 * power(random(), 2))::int AS name,
        'Company' || floor(20000 * power(random(), 3))::int AS company,
        (ARRAY['Backend', 'Frontend', 'Data', 'Platform', 'Product', 'Security', 'Mobile', 'Staff'])[1 + floor(8 * random())::int]
            || (ARRAY[' engineer', ' developer', ' manager', ' designer'])[1 + floor(4 * random())::int] AS title,
        (ARRAY['junior', 'mid', 'senior', 'lead', 'staff'])[1 + floor(5 * random())::int] AS level,
        (ARRAY['DE', 'AT', 'FR', 'PL', 'US'])[1 + floor(5 * random())::int] AS country, floor(300 * random()) / 10 AS years,
        ARRAY(SELECT DISTINCT 'skill-' || floor(800 * power(random(), 3))::int FROM generate_series(1, 5) WHERE number > 0)
            AS skills
        FROM generate_series(1, %d) AS number) AS made
    """
_BARE = """
    SELECT id, record FROM (
        SELECT id, record, ts_rank(words, $1::text::tsquery, 1) AS rank FROM candidates
        WHERE record IS NOT NULL AND words @@ $2::text::tsquery LIMIT 1000
    ) AS found ORDER BY rank DESC, id LIMIT 50
    """


def people_sql(count: int) -> str:
    """The statement that makes so many people, of random names, titles, companies and skills."""
    return _FILL % count


async def measure(run: Run) -> None:
    """The 99th percentile of searches by one or two words and a level, against the limit and against the statement alone."""
    limit = Figure(
        "search by words, p99",
        f"p99 of GET /v1/candidates?q=&level= among {PEOPLE:,} people ÷ the limit",
        1.0,
        at_most=True,
        units=("ms", "ms"),
    )
    bare = Figure(
        "search by words ÷ bare",
        f"p99 of GET /v1/candidates?q=&level= among {PEOPLE:,} people ÷ p99 of the bare statement",
        2.0,
        at_most=True,
        units=("ms", "ms"),
    )
    async with run.alone("search") as stack:
        sessions = connect(stack.env["CANDIDATES_DATABASE_URL"], pool_size=2)
        try:
            async with sessions.own_connection() as connection, connections(stack.url, stack.token, 1) as (client,):
                await connection.execute("SET statement_timeout = 0")
                await connection.execute(people_sql(PEOPLE))
                await connection.execute("VACUUM ANALYZE candidates")
                await _round(client, connection)
                for _ in range(run.rounds):
                    ours, theirs = await _round(client, connection)
                    limit.add(percentile(ours, 0.99), LIMIT)
                    bare.add(percentile(ours, 0.99), percentile(theirs, 0.99))
                    limit.notes.append(
                        f"median {percentile(ours, 0.5):.1f} ms, the bare statement {percentile(theirs, 0.5):.1f} ms"
                    )
                    run.report(limit)
                    run.report(bare)
        finally:
            await sessions.close()


async def _round(client: Connection, connection: Driver) -> tuple[list[float], list[float]]:
    """Milliseconds of each search, over HTTP and of the statement alone, in turn."""
    ours, theirs = [], []
    for number in range(QUESTIONS):
        words, level = _question(number), ("senior", "lead", "mid")[number % 3]
        began = time.perf_counter()
        await client.demand("GET", "/v1/candidates?" + urlencode({"q": " ".join(words), "level": level}), status=200)
        asked = time.perf_counter()
        query = " & ".join(f"'{word}'" for word in words)
        await connection.fetch(_BARE, query, f"({query}) & 'level:{level}'")
        theirs.append((time.perf_counter() - asked) * 1000)
        ours.append((asked - began) * 1000)
    return ours, theirs


def _question(number: int) -> tuple[str, ...]:
    """Words of a name, of a company with a title, and of titles alone, which a good part of all have."""
    return (
        (f"given{number}", f"family{number * 7}"),
        (f"company{number}", "engineer"),
        (f"family{number * 3}",),
        ("backend", "engineer"),
        ("engineer",),
    )[number % 5]
