"""A queue of a million items: a claim of 100, against the barest PostgreSQL can make of the same rows, and a page by filters.

The filters are those that take longest of the likely pairs: what many records say, and what one of 2,000 says.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from benchmarks.figures import Figure
from benchmarks.quiet import database
from benchmarks.run import Run
from rekindle.runtime.garbage_collection import collect_rarely
from services.engagement.domain.queue import QueueStatus
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.claim_items import claim_items
from services.engagement.use_cases.list_queue import list_queue
from shared.db.engine import Sessions, connect

ITEMS = 1_000_000
CLAIMED = 100
WARM_UP = 3
LIMIT = 50.0

_FILL = """
    INSERT INTO relationships (candidate_id, person_id, reengagement_sequence, reference, country, skills)
    SELECT md5('queue' || number)::uuid, md5('queue' || number)::uuid, 2, 'bench:queue-' || number,
        CASE WHEN number % 5 < 3 THEN 'DE' ELSE 'FR' END,
        ARRAY['python', CASE WHEN number % 2000 = 10 THEN 'cobol' ELSE 'sql' END]
    FROM generate_series(1, {items}) AS number ON CONFLICT DO NOTHING;
    INSERT INTO queue_items (person_id, id, presence, due_at, priority, parts, reasons, newest_close, announced, last_touch_by)
    SELECT md5('queue' || number)::uuid, md5('item' || number)::uuid, 'live', due, number % 90 + 5,
        '[{{"factor": "stage", "points": 25, "why": "answered us"}}, {{"factor": "trigger", "points": 15, "why": "wrote"}}]',
        jsonb_build_array(jsonb_build_object('position_id', md5('position' || number % 5000)::uuid, 'reason', 'salary',
            'due_at', to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'trigger', 'time', 'strength', 40,
            'why', 'declined for salary at 85,000 EUR in March 2026; replied within a day after the first touch')),
        due - interval '180 days', due, 'r' || number % 20
    FROM (SELECT number, now() - number % 400 * interval '1 day' AS due FROM generate_series(1, {items}) AS number) AS made;
    INSERT INTO queue_log (candidate_id, sequence, type, data, action, at, due_at)
    SELECT person_id, 2, 'rekindle.queue_item.fell_due', jsonb_build_object('item_id', id, 'candidate_id', person_id), 'fell_due',
        due_at, due_at FROM queue_items;
    CREATE TABLE bench_queue (LIKE queue_items INCLUDING ALL, lease uuid, recruiter text, lease_expires_at timestamptz);
    INSERT INTO bench_queue SELECT * FROM queue_items;
    DROP INDEX bench_queue_priority_due_at_id_snoozed_until_person_id_idx;
    CREATE INDEX ON bench_queue (priority DESC, due_at, id, coalesce(lease_expires_at, '-infinity'::timestamptz))
        WHERE presence = 'live';
    """
_BARE = f"""
    UPDATE bench_queue SET lease = gen_random_uuid(), recruiter = $2, lease_expires_at = $3 FROM (
        SELECT person_id FROM bench_queue
        WHERE presence = 'live' AND due_at <= $1 AND coalesce(lease_expires_at, '-infinity') <= $1
        ORDER BY priority DESC, due_at, id LIMIT {CLAIMED} FOR UPDATE SKIP LOCKED) AS picked
    WHERE bench_queue.person_id = picked.person_id RETURNING bench_queue.*
    """


async def measure(run: Run) -> None:
    """Both claim from tables of the same size, in turn, each a transaction that is committed."""
    figure = Figure(
        "queue claim",
        f"a claim of {CLAIMED} of {ITEMS:,} items, put on record and published ÷ UPDATE … FOR UPDATE SKIP LOCKED alone",
        2,
        at_most=True,
        units=("ms", "ms"),
    )
    found = Figure(
        "queue by two filters",
        f"the first page of {ITEMS:,} items by country and skill, which 60 % and one of 2,000 records name ÷ the limit",
        1,
        at_most=True,
        units=("ms", "ms"),
    )
    figure.notes.append("ours writes the queue's log and the outbox too; the worker is halted; without HTTP on either side")
    figure.notes.append("the bare claim writes the lease into the item's row, and passes over leased ones inside its index")
    collect_rarely()  # as in the process that answers claims
    async with run.alone("queue") as stack:
        await stack.halt("worker")
        bare = await database(stack.env, "engagement")
        settings = EngagementSettings.model_validate({"database_url": stack.env["ENGAGEMENT_DATABASE_URL"]})
        sessions = connect(settings.database_url, pool_size=2)
        try:
            run.say(f"filling a queue of {ITEMS:,}")
            await bare.execute(_FILL.format(items=ITEMS), timeout=600)
            await bare.execute("VACUUM ANALYZE", timeout=600)
            for number in range(WARM_UP + max(run.rounds, 10)):
                pair = await _ours(sessions, settings), await _bare(bare)
                if number >= WARM_UP:
                    figure.add(*pair)
                    run.report(figure)
                    found.add(await _page(sessions), LIMIT)
                    run.report(found)
        finally:
            await sessions.close()
            await bare.close()


async def _ours(sessions: Sessions, settings: EngagementSettings) -> float:
    began = time.perf_counter()
    claimed = await claim_items(
        sessions,
        Wanted(QueueStatus.DUE),
        recruiter="maria",
        limit=CLAIMED,
        lease_for=timedelta(hours=1),
        now=datetime.now(UTC),
        settings=settings,
        request=uuid4(),
    )
    assert len(claimed) == CLAIMED
    return (time.perf_counter() - began) * 1000


async def _bare(connection: asyncpg.Connection) -> float:
    now = datetime.now(UTC)
    began = time.perf_counter()
    claimed = await connection.fetch(_BARE, now, "maria", now + timedelta(hours=1))
    assert len(claimed) == CLAIMED
    return (time.perf_counter() - began) * 1000


async def _page(sessions: Sessions) -> float:
    wanted = Wanted(QueueStatus.DUE, country="DE", skill="cobol")
    began = time.perf_counter()
    listed = await list_queue(sessions, wanted, now=datetime.now(UTC), after=None, limit=50)
    assert len(listed.items) == 50
    return (time.perf_counter() - began) * 1000
