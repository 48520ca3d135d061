"""A file of people imported, from its first byte until each row has its result, against plain COPY of the same file."""

import csv
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.duplicate_people import make
from benchmarks.figures import Figure
from benchmarks.run import Run
from rekindle.runtime.garbage_collection import collect_rarely
from services.candidates.api.import_bodies import row_reader
from services.candidates.domain.imports.columns import proposed
from services.candidates.domain.imports.files import digest_of, open_table
from services.candidates.domain.imports.resume_table import ResumeReader
from services.candidates.domain.imports.rows import Limits
from services.candidates.settings import CandidatesSettings
from services.candidates.use_cases.imports import read_import
from services.candidates.use_cases.run_imports import ImportRunner
from services.candidates.use_cases.stage_import import NewImport, stage_import
from shared.db.engine import Sessions, connect
from shared.web.json_body import read_json

COLUMNS = ("id", "name", "email", "phone", "company", "title", "city", "country")
SET = 100_000
MOST_ROUNDS = 3


async def measure(run: Run) -> None:
    """Rows a second of a whole import ÷ of COPY; how much more memory the process takes for all rows than for a tenth."""
    speed = Figure(
        "import ÷ COPY",
        f"rows/s of an import of {run.events:,} people, from the file to every result ÷ rows/s of COPY of the file",
        0.05,
    )
    memory = Figure(
        "import, memory",
        f"peak memory of the process after {run.events:,} rows ÷ after a tenth of them",
        1.2,
        at_most=True,
        units=("MB", "MB"),
    )
    async with run.alone("imports") as stack:
        await stack.halt("worker")
        sessions = connect(stack.env["CANDIDATES_DATABASE_URL"], pool_size=4)
        try:
            collect_rarely()
            await _import(sessions, _file(run, "small", run.events // 10))
            after_a_tenth = _peak()
            for number in range(min(run.rounds, MOST_ROUNDS)):
                file = _file(run, str(number), run.events)
                copied = await _copy(sessions, file)
                took = await _import(sessions, file)
                speed.add(run.events / took, run.events / copied)
                run.report(speed)
                if not number:
                    memory.add(_peak(), after_a_tenth)
                    run.report(memory)
        finally:
            await sessions.close()


def _file(run: Run, name: str, count: int) -> Path:
    """A CSV file of so many people, a tenth of whom are there twice, each with an id that no other file has."""
    path = run.folder / f"people-{name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for first in range(0, count, SET):
            rows.writerows(
                _row(f"{name}-{number}", record)
                for number, record in enumerate(make(min(SET, count - first), seed=first).records, first)
            )
    return path


def _row(one: str, record: dict[str, Any]) -> tuple[str, ...]:
    place = record.get("location") or {}
    emails, phones = (";".join(record.get(name, [])) for name in ("emails", "phones"))
    named = (record["name"], emails, phones, record.get("company") or "", record.get("title") or "")
    return one, *named, place.get("city") or "", place.get("country") or ""


async def _copy(sessions: Sessions, path: Path) -> float:
    """Seconds of COPY of the file into a table of text."""
    async with sessions.own_connection() as connection:
        await connection.execute(f"CREATE TABLE plain ({', '.join(f'{name} text' for name in COLUMNS)})")
        began = time.perf_counter()
        with path.open("rb") as file:
            await connection.copy_to_table("plain", source=file, format="csv", header=True)  # type: ignore[attr-defined]  # asyncpg's
        took = time.perf_counter() - began
        await connection.execute("DROP TABLE plain")
    return took


async def _import(sessions: Sessions, path: Path) -> float:
    """Seconds of the import of the file by the service's own code, until it is done."""
    settings = CandidatesSettings()
    runner = ImportRunner(sessions, row_reader(settings), settings.partitions, settings.import_keeps)
    now = datetime.now(UTC)
    began = time.perf_counter()
    with path.open("rb") as file:
        content = digest_of(file)
        limits = Limits(settings.import_max_columns, settings.import_max_rows)
        table = open_table(file, limits, ResumeReader(settings.isolation, now, None, 1, 1), parse_json=read_json)
        new = NewImport(uuid4(), "bench", "bench", proposed(table.columns), True, None, settings.import_max_rows)
        stored = await stage_import(sessions, table, new, content=content, now=now)
    while (one := await read_import(sessions, stored.id)).status == "running":
        await runner.work_once()
    took = time.perf_counter() - began
    if one.status != "done" or one.created != one.rows:
        raise RuntimeError(f"an import of {one.rows} people is {one.status} with {one.created} of them")
    return took


def _peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
