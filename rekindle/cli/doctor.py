"""`rekindle doctor`: check everything that can be wrong, and say what to do about it."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import typer

from rekindle.cli.http import get_text
from rekindle.cli.measured import findings_in
from rekindle.cli.options import AsJson, Data
from rekindle.embedded import jars, kafka, ports
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DEFAULT, NEEDED_BYTES, DataFolder
from rekindle.runtime.registry import SERVICES, Service

CHECK_SECONDS = 15.0
LARGEST_CLOCK_DIFFERENCE = 2.0


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("doctor")(doctor)


def doctor(data: Data = DEFAULT, as_json: AsJson = False) -> None:
    """Check everything, and say what to do about problems.

    Looks at disk, Java, parts, broker, databases, clocks, backlog, lag and dead letters. Where no stack of its own runs and the
    environment names databases and broker, as in a container, it checks those, and the API at REKINDLE_URL. Exit status 1 when
    there is a problem.
    """
    raise typer.Exit(examine(DataFolder(data), as_json=as_json))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. ``advice`` says what to do; empty when all is well."""

    name: str
    seen: str
    advice: str = ""


Check = Callable[[DataFolder, dict[str, str]], Awaitable[Sequence[Finding]]]


def examine(folder: DataFolder, *, as_json: bool = False) -> int:
    """Run all checks, print a line for each, or one JSON object; returns 0 when all are well, else 1."""
    running = folder.running()
    environment = {**running.get("env", {}), **{name: value for name, value in os.environ.items() if _is_address(name)}}
    findings = asyncio.run(_all_findings(folder, running, environment))
    problems = sum(bool(finding.advice) for finding in findings)
    if as_json:
        print(json.dumps({"well": not problems, "checks": [asdict(finding) for finding in findings]}))
        return 1 if problems else 0
    for finding in findings:
        _show(finding)
    print("All is well." if not problems else f"{problems} problem{'s' if problems > 1 else ''}.")
    return 1 if problems else 0


def _is_address(name: str) -> bool:
    return name.endswith("_DATABASE_URL") or name == "KAFKA_BOOTSTRAP_SERVERS"


async def _all_findings(folder: DataFolder, running: dict[str, Any], environment: dict[str, str]) -> list[Finding]:
    here = bool(running) or not environment
    checks: list[tuple[str, Awaitable[Sequence[Finding]]]] = []
    if here:
        checks += [("disk", _disk(folder)), ("java", _java()), ("stack", _stack(folder, running))]
    checks.append(("broker", _broker(environment)))
    checks += [
        (service.name, _database(service, environment))
        for service in SERVICES
        if here or service.database_variable in environment
    ]
    checks.append(("services", _services(str(running.get("url") or os.environ.get("REKINDLE_URL") or ""))))
    findings: list[Finding] = []
    for name, check in checks:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                findings += await check
        except TimeoutError:
            advice = "look whether the machine is overloaded, then ask again."
            findings.append(Finding(name, f"no answer within {CHECK_SECONDS:.0f} s", advice))
    return findings


def _show(finding: Finding) -> None:
    colours = sys.stdout.isatty()
    word = "problem" if finding.advice else "ok"
    mark = f"\033[{31 if finding.advice else 32}m{word:<8}\033[0m" if colours else f"{word:<8}"
    print(f"{mark} {finding.name:<22} {finding.seen}")
    if finding.advice:
        print(f"{'':<31} → {finding.advice}")


async def _disk(folder: DataFolder) -> list[Finding]:
    existing = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    seen = f"{free / 1e9:.1f} GB free at {folder.path}"
    if free < NEEDED_BYTES:
        return [Finding("disk", seen, "free at least 500 MB there, or move the data folder and name it with --data.")]
    return [Finding("disk", seen)]


async def _java() -> list[Finding]:
    try:
        java = kafka.java()
        version = await asyncio.to_thread(
            subprocess.run, [str(java), "-version"], capture_output=True, text=True, timeout=10, check=True
        )
        found = jars.installed()
    except (CannotStart, OSError, subprocess.SubprocessError) as problem:
        return [Finding("java", str(problem), "run `make setup`, then `rekindle up`, which fetches what is missing.")]
    return [Finding("java", version.stderr.splitlines()[0]), Finding("kafka's jars", str(found))]


async def _stack(folder: DataFolder, running: dict[str, Any]) -> list[Finding]:
    if not running:
        taken = "" if ports.is_free(8080) else "; port 8080 is taken by another program"
        advice = f"start it with `rekindle up --data {folder.path}`{', and --port N' if taken else ''}."
        return [Finding("stack", f"nothing runs on {folder.path}{taken}", advice)]
    findings = []
    for name, part in running["parts"].items():
        seen = f"{part['state']}, pid {part['pid']}, {part['restarts']} restarts"
        advice = "" if part["state"] == "ready" else f"see why with `rekindle logs {name}`."
        findings.append(Finding(name, seen, advice))
    return findings


async def _broker(environment: dict[str, str]) -> list[Finding]:
    bootstrap = environment.get("KAFKA_BOOTSTRAP_SERVERS")
    if not bootstrap:
        return [Finding("broker", "its address is not known", "start the stack, or set KAFKA_BOOTSTRAP_SERVERS.")]
    from aiokafka.errors import KafkaError

    from rekindle.runtime.topics import existing_topics
    from shared.events.topics import Topic

    try:
        existing = await existing_topics(bootstrap)
    except KafkaError as error:
        return [Finding("broker", f"{bootstrap}: {error!r}", "see why with `rekindle logs kafka`.")]
    missing = sorted({topic.value for topic in Topic} - existing.keys())
    if missing:
        advice = "create them with `python -m rekindle.runtime.topics`, then fill them with `rekindle republish`."
        return [Finding("broker", f"{bootstrap} lacks {', '.join(missing)}", advice)]
    if len(shards := {existing[topic] for topic in Topic if topic.is_sequenced}) > 1:
        advice = "topics share their shards: give all the same number of partitions."
        return [Finding("broker", f"topics have {sorted(shards)} partitions", advice)]
    return [Finding("broker", f"{bootstrap}, {partitions_in_words([existing[topic] for topic in Topic])}")]


def partitions_in_words(partitions: Sequence[int]) -> str:
    """How many topics have how many partitions: '4 topics of 12 partitions, 1 topic of 1 partition'."""
    return ", ".join(
        f"{topics} topic{'s' * (topics > 1)} of {count} partition{'s' * (count > 1)}"
        for count, topics in Counter(partitions).most_common()
    )


async def _database(service: Service, environment: dict[str, str]) -> list[Finding]:
    url = environment.get(service.database_variable)
    name = f"database {service.name}"
    if not url:
        return [Finding(name, "its address is not known", f"start the stack, or set {service.database_variable}.")]
    import asyncpg

    try:
        connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"), timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return [Finding(name, f"does not answer: {error!r}", "see why with `rekindle logs postgres`.")]
    try:
        now = await connection.fetchval("SELECT clock_timestamp()")
        here = datetime.now(UTC)
        exists = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        revision = await connection.fetchval("SELECT version_num FROM alembic_version") if exists else None
    finally:
        await connection.close()
    return [_migrated(name, service, revision), _clock(service, abs((now - here).total_seconds()))]


def _migrated(name: str, service: Service, revision: str | None) -> Finding:
    if not service.provides("migrations.versions"):
        return Finding(name, "answers; has no migrations")
    from shared.db.migrations import head_revision

    head = head_revision(service.package)
    if revision != head:
        advice = "run `python -m rekindle.runtime.migrate` with the stack's environment, or restart the stack."
        return Finding(name, f"at revision {revision}, the code wants {head}", advice)
    return Finding(name, f"answers, at revision {revision}")


def _clock(service: Service, difference: float) -> Finding:
    seen = f"{difference:.2f} s between here and the database"
    if difference > LARGEST_CLOCK_DIFFERENCE:
        return Finding(f"clock {service.name}", seen, "synchronise the clocks of both machines (NTP).")
    return Finding(f"clock {service.name}", seen)


async def _services(url: str) -> list[Finding]:
    if not url:
        return []
    try:
        ready = json.loads(await asyncio.to_thread(get_text, f"{url}/health/ready"))
        measured = await asyncio.to_thread(get_text, f"{url}/metrics")
    except (OSError, ValueError) as error:
        return [Finding("gateway", f"{url} does not answer: {error}", "see why with `rekindle logs gateway`.")]
    findings = [
        Finding(f"check {name}", said, "" if said == "ok" else "see `rekindle logs gateway` and the parts it names.")
        for name, said in ready["checks"].items()
    ]
    return findings + [Finding(*found) for found in findings_in(measured)]
