"""`rekindle up`, `status`, `doctor`, `token`, `down` as a person uses them, on the whole stack."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
import pytest

from tests.waiting import eventually


async def rekindle(*arguments: str, data: Path) -> tuple[int, str, str]:
    """Run the command; returns its exit status, output and errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rekindle.cli.main", *arguments, "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


def living(pids: Iterable[int]) -> list[int]:
    """Those that still run; what only waits to be buried does not count."""
    found = []
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found


def _id_of(token: str) -> UUID:
    """The id in a token."""
    payload = token.split(".")[1]
    return UUID(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"])


@pytest.fixture(scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    folder = tmp_path_factory.mktemp("command")
    yield folder
    await rekindle("down", data=folder)


async def test_a_stack_is_started_looked_at_and_stopped(data: Path) -> None:
    status, output, errors = await rekindle("up", "--port", "0", "--detach", "--json", data=data)
    assert status == 0, errors
    printed = json.loads(output)
    assert set(printed) >= {"url", "token", "data", "kafka"}
    assert "kafka is ready" in errors

    async with httpx.AsyncClient(base_url=printed["url"], trust_env=False) as client:
        assert (await client.get("/health/ready")).status_code == 200
        assert "/v1/events" in (await client.get("/openapi.json")).json()["paths"]
        assert (await client.get("/docs")).headers["content-type"].startswith("text/html")
        metrics = (await client.get("/metrics")).text
        assert 'process="gateway"' in metrics
        assert 'process="worker"' in metrics

    status, output, _ = await rekindle("status", "--json", data=data)
    shown = json.loads(output)
    assert (status, shown["running"], shown["ready"], shown["kafka"]) == (0, True, True, printed["kafka"])
    assert {part["name"] for part in shown["parts"]} == {"postgres", "kafka", "gateway", "worker", "supervisor"}
    assert shown["memory_mb"] < 800

    assert '"level": "error"' not in (data / "logs" / "worker.log").read_text()
    assert '"level": "error"' not in (data / "logs" / "gateway.log").read_text()
    status, output, _ = await rekindle("doctor", data=data)
    assert status == 0, output
    assert "All is well." in output

    status, output, _ = await rekindle("token", "create", "--name", "ats", "--scope", "engagement:read", data=data)
    assert status == 0
    assert output.count(".") == 2
    token = output.strip()

    async def accepted(token: str) -> bool:
        async with httpx.AsyncClient(base_url=printed["url"], trust_env=False) as client:
            answer = await client.get("/v1/queue", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code == 200

    assert await accepted(token)
    status, output, errors = await rekindle("token", "list", "--json", data=data)
    assert status == 0, errors
    assert {"owner", "connectors", "ats"} == {one["name"] for one in json.loads(output)}
    (ours,) = [one for one in json.loads(output) if one["name"] == "ats"]
    status, output, errors = await rekindle("token", "rotate", ours["id"], data=data)
    assert (status, await accepted(output.strip()), await accepted(token)) == (0, True, False), errors
    assert await rekindle("token", "revoke", output.strip(), data=data) == (0, f"{_id_of(output)} is revoked.\n", "")
    assert not await accepted(output.strip())
    status, output, errors = await rekindle("token", "revoke", str(uuid4()), data=data)
    assert (status, output) == (1, "")
    assert "is known here" in errors

    pids = [part["pid"] for part in shown["parts"]]
    assert await rekindle("down", data=data) == (0, "Stopped.\n", "")
    assert living(pids) == []


async def test_nothing_outlives_a_killed_supervisor_and_the_next_start_finds_the_data(data: Path) -> None:
    await rekindle("up", "--port", "0", "--detach", "--json", data=data)
    running = json.loads((data / "run.json").read_text())
    pids = [part["pid"] for part in running["parts"].values()]

    os.kill(running["supervisor"], signal.SIGKILL)

    async def left() -> list[int]:
        return living(pids)

    await eventually(left, lambda pids: not pids)
    status, output, errors = await rekindle("up", "--port", "0", "--detach", "--json", data=data)
    assert status == 0, errors
    assert json.loads(output)["token"] == running["token"]
    assert "databases are migrated" not in errors  # they were, by the first start
    await rekindle("down", data=data)


async def test_an_interrupted_start_leaves_nothing_running(data: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rekindle.cli.main", "up", "--port", "0", "--data", str(data)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    await process.stderr.readline()

    async def started() -> bool:
        return (data / "run.json").exists()

    await eventually(started)
    process.send_signal(signal.SIGINT)
    assert await process.wait() == 130

    async def left() -> list[psutil.Process]:
        """A program that was just being started ends with its parent, a moment later."""
        return [
            each
            for each in psutil.process_iter(["cmdline"])
            if each.pid != os.getpid() and any(str(data) in word for word in each.info["cmdline"] or ())
        ]

    await eventually(left, lambda found: not found, seconds=5)


async def test_a_folder_in_use_is_told_by_the_second_command(tmp_path: Path) -> None:
    from rekindle.embedded.folder import DataFolder

    with DataFolder(tmp_path).in_use():
        status, output, errors = await rekindle("up", "--port", "0", "--detach", "--json", data=tmp_path)

    assert (status, output) == (1, "")
    assert "is in use by a stack that runs already" in errors
