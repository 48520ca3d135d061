"""`rekindle status` and `rekindle down`: look at a running stack from outside, and end it."""

import json
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from rekindle.cli.http import get_text
from rekindle.embedded.failures import CannotStart
from rekindle.embedded.folder import DataFolder

STOP_SECONDS = 90.0


def show_status(folder: DataFolder, *, as_json: bool) -> int:
    """Print what runs; returns 0 when the stack is ready, else 1."""
    running = folder.running()
    parts = [_measured(name, part) for name, part in running.get("parts", {}).items()]
    if running:
        parts.append(_measured("supervisor", {"pid": running["supervisor"], "state": "ready", "restarts": 0}))
    total = sum(part["memory_mb"] for part in parts)
    status, wrong = _health(running)
    if as_json:
        shown = {"running": bool(running), "ready": status == "ready", "status": status, "problems": wrong}
        shown |= {"url": running.get("url"), "kafka": running.get("env", {}).get("KAFKA_BOOTSTRAP_SERVERS")}
        shown |= {"data": str(folder.path), "memory_mb": round(total), "parts": parts}
        print(json.dumps(shown))
    elif not running:
        print(f"Nothing runs on {folder.path}.")
    else:
        print(f"{running['url']}  {status}  data in {folder.path}")
        print(f"Kafka at {running['env'].get('KAFKA_BOOTSTRAP_SERVERS')}")
        for part in parts:
            line = "{name:<24} {state:<10} pid {pid:<8} {memory_mb:>5.0f} MB  {restarts} restarts"
            print(line.format(**part))
        print(f"{'together':<48} {total:>5.0f} MB")
        for name, said in wrong.items():
            print(f"{name}: {said}")
    return 0 if status == "ready" else 1


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
        status = str(answer["status"])
    except (OSError, ValueError, KeyError) as error:
        return ("no answer" if running["ready"] else "starting"), {**wrong, "gateway": f"does not answer: {error}"}
    return ("degraded" if status == "ready" and wrong else status), wrong


def _lives(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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


def stop(folder: DataFolder) -> int:
    """Ask the supervisor to stop and wait for it; returns the exit status. Raises CannotStart when it does not stop."""
    running = folder.running()
    if not running:
        print(f"Nothing runs on {folder.path}.")
        return 0
    supervisor = int(running["supervisor"])
    try:
        os.kill(supervisor, signal.SIGTERM)
    except ProcessLookupError:
        print(f"Nothing runs on {folder.path}.")
        return 0
    deadline = time.monotonic() + STOP_SECONDS
    while folder.is_in_use() or _lives(supervisor):
        if time.monotonic() > deadline:
            raise CannotStart(f"The stack did not stop within {STOP_SECONDS:.0f} s: `kill -9 {supervisor}` ends it.")
        time.sleep(0.1)
    print("Stopped.")
    return 0
