"""`rekindle status`: look at a running stack from outside."""

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from rekindle.cli.http import get_text
from rekindle.cli.options import AsJson, Data
from rekindle.embedded.folder import DEFAULT, DataFolder

if TYPE_CHECKING:
    from services.engagement.storage.rederivation import Progress


def register(app: typer.Typer) -> None:
    """Add the subcommand."""
    app.command("status")(status)


def status(data: Data = DEFAULT, as_json: AsJson = False) -> None:
    """Show what runs.

    Address, Kafka's address, of each part its state, process id, memory and restarts, and how far people are derived anew after
    a rule changed. Exit status 1 when nothing runs or something is not ready.
    """
    raise typer.Exit(show_status(DataFolder(data), as_json=as_json))


def show_status(folder: DataFolder, *, as_json: bool) -> int:
    """Print what runs; returns 0 when the stack is ready, else 1."""
    running = folder.running()
    parts = [_measured(name, part) for name, part in running.get("parts", {}).items()]
    if running:
        parts.append(_measured("supervisor", {"pid": running["supervisor"], "state": "ready", "restarts": 0}))
    total = sum(part["memory_mb"] for part in parts)
    state, wrong = _health(running)
    derived = asyncio.run(_derived_anew(running))
    if as_json:
        shown = {"running": bool(running), "ready": state == "ready", "status": state, "problems": wrong}
        shown |= {"url": running.get("url"), "kafka": running.get("env", {}).get("KAFKA_BOOTSTRAP_SERVERS")}
        shown |= {"data": str(folder.path), "memory_mb": round(total), "parts": parts}
        shown |= {"derived_anew": None if derived is None else {"done": derived.done, "total": derived.total}}
        print(json.dumps(shown))
    elif not running:
        print(f"Nothing runs on {folder.path}.")
    else:
        print(f"{running['url']}  {state}  data in {folder.path}")
        print(f"Kafka at {running['env'].get('KAFKA_BOOTSTRAP_SERVERS')}")
        for part in parts:
            line = "{name:<24} {state:<10} pid {pid:<8} {memory_mb:>5.0f} MB  {restarts} restarts"
            print(line.format(**part))
        print(f"{'together':<48} {total:>5.0f} MB")
        if derived is not None and not derived.is_complete:
            print(f"people derived anew, for the rules have changed: {derived.done:,} of {derived.total:,}")
        for name, said in wrong.items():
            print(f"{name}: {said}")
    return 0 if state == "ready" else 1


async def _derived_anew(running: Mapping[str, Any]) -> "Progress | None":
    """How far people are derived by the rules of now; None where that cannot be known."""
    import asyncpg

    from services.engagement.storage.rederivation import progress

    url = running.get("env", {}).get("ENGAGEMENT_DATABASE_URL")
    if url is None:
        return None
    try:
        connection = await asyncpg.connect(url.replace("postgresql+asyncpg://", "postgresql://"), timeout=5)
        try:
            return await progress(connection)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return None  # the database is not up, which the parts and checks say


def _health(running: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The stack's status in a word, and what each check that fails says."""
    if not running:
        return "stopped", {}
    wrong = {name: f"is {part['state']}" for name, part in running["parts"].items() if part["state"] != "ready"}
    if not running.get("url"):
        return ("starting" if wrong else "ready"), wrong
    try:
        answer = json.loads(get_text(f"{running['url']}/health/ready"))
        wrong |= {name: said for name, said in answer["checks"].items() if said != "ok"}
        state = str(answer["status"])
    except (OSError, ValueError, KeyError) as error:
        return ("no answer" if running["ready"] else "starting"), {**wrong, "gateway": f"does not answer: {error}"}
    return ("degraded" if state == "ready" and wrong else state), wrong


def _measured(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """A part with the memory that it and its children hold, in MB; pages that processes share are divided by them."""
    import psutil

    memory = 0
    try:
        process = psutil.Process(int(part["pid"]))
        # The supervisor's children are the other parts.
        family = [process] if name == "supervisor" else [process, *process.children(recursive=True)]
        memory = sum(_memory(one) for one in family)
    except psutil.NoSuchProcess:
        part = {**part, "state": "gone"}
    return {"name": name, **part, "memory_mb": memory / 1024 / 1024}


def _memory(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_full_info().pss)
    except (psutil.AccessDenied, AttributeError):
        return int(process.memory_info().rss)
