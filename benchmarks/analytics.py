"""Analytics at growing numbers of facts, against DuckDB and ClickHouse (chdb) over the same facts."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import nlargest
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import analytics_history as invented
from benchmarks import analytics_projectors
from benchmarks.client import Connection, connections
from benchmarks.figures import Figure, percentile
from benchmarks.run import Run
from rekindle.runtime.garbage_collection import collect_rarely
from services.analytics.metrics import METRICS
from services.analytics.use_cases.project import project
from services.analytics.use_cases.rebuild import rebuild
from shared.attempts import GHOST_AFTER
from shared.db.engine import Sessions, connect
from shared.events import Event

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
BATCH = 5000
LIMIT_BYTES = 400.0
LOAD_LIMIT = 300.0
"""Seconds until the copy in memory of all attempts answers."""
STAGES = ("contacted", "responded", "interested", "screened", "interviewed", "offered", "hired")
_FUNNEL = "/v1/analytics/funnel"
_TWO = "/v1/analytics/metrics/hire_rate?group_by=recruiter,level&location=DE&channel=email&limit=10000"
_PURSUITS = f"""
    SELECT stream, position_id, arg_min(recruiter, time) AS recruiter, arg_min(channel, time) AS channel,
        {", ".join(f"min(time) FILTER (type = 'rekindle.pursuit.{stage}') AS {stage}" for stage in STAGES)}
    FROM '{{facts}}' GROUP BY ALL
"""
_DUCK_FUNNEL = f"SELECT count(*), {', '.join(f'count({stage})' for stage in STAGES)} FROM ({_PURSUITS})"
_DUCK_TWO = f"""
    SELECT recruiter, level, count(*), count(hired) FROM ({_PURSUITS}) AS pursuits JOIN '{{people}}' AS people ON person = stream
    WHERE channel = 'email' AND country = 'DE' GROUP BY ALL
"""
_CLICKHOUSE_FUNNEL = f"""
    SELECT level, count() FROM (
        SELECT windowFunnel(315360000)(
            toDateTime(time), {", ".join(f"type = 'rekindle.pursuit.{stage}'" for stage in STAGES)}
        ) AS level
        FROM file('{{facts}}', Parquet) GROUP BY stream, position_id
    ) GROUP BY level
"""


async def measure(run: Run) -> None:
    """Every figure at each size up to the run's own, one database growing."""
    async with run.alone("analytics") as stack:
        sessions = connect(stack.env["ANALYTICS_DATABASE_URL"], pool_size=3)
        try:
            async with connections(stack.url, stack.token, 1) as (client,):
                loaded, first_funnel = 0, 0.0
                for size in [one for one in SIZES if one <= max(run.facts, SIZES[0])]:
                    await _load(sessions, loaded, size)
                    loaded = size
                    funnel = await _at(run, sessions, client, size, first_funnel)
                    first_funnel = first_funnel or funnel
            await analytics_projectors.measure(run, stack)
        finally:
            await sessions.close()


async def _load(sessions: Sessions, before: int, size: int) -> float:
    """Apply the history up to so many facts with the projector's own code; returns facts a second."""
    first, people = invented.people_of(before), invented.people_of(size) - invented.people_of(before)
    position, positions = invented.positions_of(before) if before else 0, invented.positions_of(size)
    await _apply(sessions, invented.snapshots(first, people, position, positions - position), 20_000)
    began = time.perf_counter()
    await _apply(sessions, invented.facts(first, people, positions=positions), BATCH)
    took = time.perf_counter() - began
    async with sessions.own_connection() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("VACUUM ANALYZE")
    return (size - before) / took


async def _apply(sessions: Sessions, events: Iterator[Event], size: int) -> None:
    now = datetime.now(UTC)
    while batch := list(islice(events, size)):
        async with sessions.begin(waits_for_disk=False) as session:
            await project(session, batch, now=now, ghost_after=GHOST_AFTER)


async def _at(run: Run, sessions: Sessions, client: Connection, size: int, first_funnel: float) -> float:
    """The figures at a size; returns the median of a position's funnel, in milliseconds."""
    at = f"{size // 1000}k" if size < 1_000_000 else f"{size // 1_000_000}M"
    position = f"/v1/analytics/positions/{invented.position_of(0)}/funnel"
    await _until_in_memory(client)
    paths = [f"/v1/analytics/metrics/{one.name}?group_by={name}" for one in METRICS for name in one.dimensions]
    await _each(client, [position] * 20 + paths)  # warms up
    slowest = Figure(
        f"any metric by any dimension at {at}", "HTTP, p99 ÷ position funnel's p99", 5.0, at_most=True, units=("ms", "ms")
    )
    of_position: list[float] = []
    for _ in range(min(run.rounds, 3)):
        funnels, by_dimension = await _each(client, [position] * 100), await _each(client, paths)
        slowest.add(percentile(by_dimension, 0.99), percentile(funnels, 0.99))
        slowest.notes = [f"median {percentile(by_dimension, 0.5):.1f} ms; slowest {_slowest(paths, by_dimension)}"]
        run.report(slowest)
        of_position += funnels
    median = percentile(of_position, 0.5)
    if first_funnel:
        figure = Figure(f"position funnel at {at}", "HTTP, median ÷ at 10k", 1.5, at_most=True, units=("ms", "ms"))
        figure.add(median, first_funnel)
        run.report(figure)
    await _against_others(run, sessions, client, at)
    async with sessions.own_connection() as connection:
        held = await connection.fetchval(
            "SELECT sum(pg_total_relation_size(oid::regclass))::bigint FROM pg_class WHERE relkind = 'r' "
            "AND relname IN ('facts', 'attempts', 'profiles', 'counters', 'people', 'positions', 'links', "
            "'pursuits_without_attempts')"
        )
    figure = Figure(f"bytes a fact at {at}", "tables and indexes ÷ the limit", 1.0, at_most=True, units=("B", "B"))
    figure.add(held / size, LIMIT_BYTES)
    run.report(figure)
    await _rebuild(run, sessions, size, at)
    return median


async def _until_in_memory(client: Connection) -> None:
    """Ask until the copy in memory answers: twice as fast as the first, which SQL answered, or soon enough anyway."""
    deadline = time.monotonic() + LOAD_LIMIT
    while await _ask(client, _FUNNEL) > 150 and time.monotonic() < deadline:
        continue


async def _ask(client: Connection, path: str) -> float:
    """Milliseconds until the answer."""
    began = time.perf_counter()
    await client.demand("GET", path, status=200)
    return (time.perf_counter() - began) * 1000


async def _each(client: Connection, paths: Sequence[str]) -> list[float]:
    """Milliseconds until the answer of each, one after the other."""
    return [await _ask(client, path) for path in paths]


def _slowest(paths: Sequence[str], took: Sequence[float]) -> str:
    """The metrics that took longest, with the milliseconds of their slowest dimension."""
    worst: dict[str, float] = {}
    for path, one in zip(paths, took, strict=True):
        name = path.partition("?")[0].rpartition("/")[2]
        worst[name] = max(one, worst.get(name, 0.0))
    return ", ".join(f"{name} {worst[name]:.0f} ms" for name in nlargest(5, worst, key=worst.__getitem__))


async def _against_others(run: Run, sessions: Sessions, client: Connection, name: str) -> None:
    """The funnel of the organisation and two dimensions with filters, against engines that read the same facts from Parquet."""
    facts, people = run.folder / f"facts-{name}.parquet", run.folder / f"people-{name}.parquet"
    await _export(sessions, facts, people)
    database = duckdb.connect()
    paths = {"facts": facts, "people": people}
    others: list[tuple[str, str, float, Callable[[], Any]]] = [
        ("organisation funnel, DuckDB", _FUNNEL, 20.0, lambda: database.execute(_DUCK_FUNNEL.format(**paths)).fetchall()),
        ("two dimensions with filters, DuckDB", _TWO, 1.0, lambda: database.execute(_DUCK_TWO.format(**paths)).fetchall()),
    ]
    if find_spec("chdb") is not None:
        query = import_module("chdb").query
        others.append(("organisation funnel, chdb", _FUNNEL, 20.0, lambda: query(_CLICKHOUSE_FUNNEL.format(**paths))))
    for what, path, aim, other in others:
        figure = Figure(f"{what} at {name}", "the other over Parquet ÷ ours over HTTP", aim, units=("ms", "ms"))
        for _ in range(run.rounds):
            began = time.perf_counter()
            other()
            figure.add((time.perf_counter() - began) * 1000, await _ask(client, path))
            run.report(figure)
    database.close()


async def _export(sessions: Sessions, facts: Path, people: Path) -> None:
    """Facts, with what the questions look at, and people, as Parquet."""
    queries = {
        facts: "SELECT stream, position_id, type, to_char(time, 'YYYY-MM-DD HH24:MI:SS') AS time, "
        "data->>'recruiter' AS recruiter, data->>'channel' AS channel FROM facts",
        people: "SELECT person, level, country FROM people",
    }
    for path, query in queries.items():
        rows = path.with_suffix(".csv")
        async with sessions.own_connection() as connection:
            await connection.execute("SET statement_timeout = 0")
            await connection.copy_from_query(query, output=str(rows), format="csv", header=True)  # type: ignore[attr-defined]  # asyncpg's
        duckdb.sql(f"COPY (SELECT * FROM read_csv('{rows}', header = true)) TO '{path}' (FORMAT parquet)")
        rows.unlink()


async def _rebuild(run: Run, sessions: Sessions, size: int, name: str) -> None:
    """Facts a second of a rebuild, against COPY of the same facts into a table of the same form."""
    collect_rarely()  # as the command does
    began = time.perf_counter()
    await rebuild(sessions, now=datetime.now(UTC), ghost_after=GHOST_AFTER)
    ours = size / (time.perf_counter() - began)
    rows = run.folder / "facts.copy"
    async with sessions.own_connection() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("CREATE TABLE copied (LIKE facts INCLUDING ALL)")
        await connection.copy_from_query("SELECT * FROM facts", output=str(rows), format="binary")  # type: ignore[attr-defined]  # asyncpg's
        began = time.perf_counter()
        await connection.copy_to_table("copied", source=str(rows), format="binary")  # type: ignore[attr-defined]  # asyncpg's
        theirs = size / (time.perf_counter() - began)
        await connection.execute("DROP TABLE copied")
    rows.unlink()
    figure = Figure(f"rebuild at {name}", "facts/s of a rebuild ÷ COPY of the same facts with their indexes", 0.1)
    figure.add(ours, theirs)
    run.report(figure)
