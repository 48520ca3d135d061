"""One service alone and a gateway that forwards to it, as the compose file runs them: the same answers as from one process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from rekindle.embedded.ports import choose
from rekindle.embedded.stack import Stack
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024


@asynccontextmanager
async def gateway(stack: Stack, port: int, *options: str) -> AsyncIterator[None]:
    """A gateway process with these options for the length of the block, ready."""
    command = [sys.executable, "-m", "rekindle.runtime.serve", "--port", str(port), *options]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **stack.env}, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )

    async def status() -> int:
        assert process.returncode is None, f"{command} ended with {process.returncode}"
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code
            except httpx.TransportError:
                return 0

    try:
        await eventually(status, lambda found: found == 200, seconds=60)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@pytest.fixture(scope="module")
async def front(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway in front of engagement and analytics, each in a process of its own."""
    ports: list[int] = []
    for _ in range(3):
        ports.append(choose(taken=ports))
    async with AsyncExitStack() as exits:
        await exits.enter_async_context(gateway(stack, ports[0], "--only", "engagement"))
        await exits.enter_async_context(gateway(stack, ports[1], "--only", "analytics"))
        urls = [
            f"--forward={name}=http://127.0.0.1:{port}" for name, port in zip(("engagement", "analytics"), ports, strict=False)
        ]
        await exits.enter_async_context(gateway(stack, ports[2], *urls))
        headers = {"Authorization": f"Bearer {stack.token}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[2]}", headers=headers, timeout=30, trust_env=False)
        yield await exits.enter_async_context(client)


def applied(number: int, *, run: str = "") -> dict[str, object]:
    return {
        "source": "roles",
        "id": f"{run}-{number}",
        "type": "rekindle.pursuit.applied",
        "subject": f"roles:{run}:{number}",
        "time": "2026-03-02T09:15:00Z",
        "data": {"position": f"roles:{run}"},
    }


async def test_a_batch_is_taken_and_counted(front: httpx.AsyncClient) -> None:
    run = uuid4().hex

    posted = await front.post("/v1/events", json=[applied(number, run=run) for number in range(1000)])

    assert posted.status_code == 207
    after = [item["after"] for item in posted.json()["items"]]
    assert (await front.post("/v1/analytics/wait", json={"after": after, "wait": 10})).status_code == 200
    funnel = (await front.get(f"/v1/analytics/positions/roles:{run}/funnel")).json()
    assert funnel["stages"][3]["recorded"] == 1000


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_told_so(front: httpx.AsyncClient, chunked: bool) -> None:
    async def content() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b" " * MEGABYTE

    body = content() if chunked else b" " * 12 * MEGABYTE
    answer = await front.post("/v1/events", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await front.get("/v1/queue?limit=1")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/timelines/roles:nobody", 404),
        ("GET", "/v1/queue?limit=0", 422),
        ("GET", "/v1/queue?limit=1&limit=2", 400),
        ("DELETE", "/v1/queue", 405),
        ("GET", "/v1/candidates", 404),
        ("GET", "/v1/engagement/openapi.json", 200),
    ],
)
async def test_answers_are_those_of_the_service(front: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert (await front.request(method, path)).status_code == status


async def test_without_a_token_nothing_is_answered(front: httpx.AsyncClient) -> None:
    answer = await front.get("/v1/queue", headers={"Authorization": ""})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
