"""Batch ingest over HTTP against the same rows written by the plainest statement there is."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from benchmarks.client import connections, post_all
from benchmarks.figures import Figure
from benchmarks.history import BATCH, Posted, batches, bodies
from benchmarks.quiet import database, until_quiet
from benchmarks.run import Run
from rekindle.embedded.stack import Stack
from shared.ids import candidate_id, event_id, position_id

CONNECTIONS = 2
"""Of the ATS to the API, and of the bare writer to PostgreSQL."""

_TABLE = """
DROP TABLE IF EXISTS bench_log;
CREATE TABLE bench_log (LIKE log INCLUDING ALL) PARTITION BY HASH (candidate_id);
"""
_INSERT = """
INSERT INTO bench_log (candidate_id, sequence, event_id, source, external_id, type, time, received_at, position_id, data)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::uuid[], $10::jsonb[])
"""


async def measure(run: Run) -> None:
    """The ingest alone at work, against the bare writer."""
    figure = Figure("batch ingest", "batch ingest events/s over HTTP ÷ raw INSERT … unnest of the same rows/s", 0.15, reach=0.25)
    figure.notes.append(
        f"{CONNECTIONS} connections, batches of {BATCH}, {run.round_events} events a round; the worker is halted, so that "
        "neither side shares the cores with the consumers of what it writes."
    )
    stack = await run.stack()
    writers = [await database(stack.env, "engagement") for _ in range(CONNECTIONS)]
    try:
        await stack.halt("worker")
        for number in range(run.rounds):
            figure.add(await _post(stack, f"batch{number}", run), await _insert(writers, f"batch{number}", run.round_events))
            run.report(figure)
        await writers[0].execute("DROP TABLE bench_log")
    finally:
        for writer in writers:
            await writer.close()
    await stack.start_again("worker")
    await until_quiet(stack.env)


async def _post(stack: Stack, name: str, run: Run) -> float:
    posted = bodies(run.unique(name), run.round_events)
    async with connections(stack.url, stack.token, CONNECTIONS) as opened:
        return run.round_events / await post_all(opened, "/v1/events", posted, status=207)


async def _insert(writers: list[asyncpg.Connection], name: str, events: int) -> float:
    parts = await writers[0].fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'log'::regclass")
    await writers[0].execute(_TABLE)
    for part in range(parts):
        await writers[0].execute(
            f"CREATE TABLE bench_log_{part} PARTITION OF bench_log FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
        )
    sequences: dict[UUID, int] = {}
    waiting = iter([_columns(batch, sequences) for batch in batches(name, events)])

    async def drain(writer: asyncpg.Connection) -> None:
        for columns in waiting:
            await writer.execute(_INSERT, *columns)

    started = time.perf_counter()
    await asyncio.gather(*[drain(writer) for writer in writers])
    return events / (time.perf_counter() - started)


def _columns(batch: list[Posted], sequences: dict[UUID, int]) -> list[list[Any]]:
    """The log's rows of a batch, by column, ready to be sent."""
    received = datetime.now(UTC)
    rows = []
    for event in batch:
        stream = candidate_id(event["subject"])
        sequences[stream] = sequences.get(stream, 0) + 1
        position = position_id(event["data"]["position"])
        rows.append((
            stream, sequences[stream], event_id(event["source"], event["id"]), event["source"], event["id"], event["type"],
            datetime.fromisoformat(event["time"]), received, position,
            orjson.dumps(event["data"] | {"position": str(position)}).decode(),
        ))  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]
