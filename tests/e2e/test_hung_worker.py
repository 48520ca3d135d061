"""A worker that hangs: everyone is told, requests do not hang with it, and it is killed and started again."""

import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from rekindle.embedded.stack import Stack
from tests.e2e.test_replay import rekindle
from tests.waiting import eventually

LONGEST_WAIT_FOR_A_LOCK = 16.0
"""Seconds: PostgreSQL ends a transaction that stands idle for 15."""


@pytest.fixture
async def frozen(stack: Stack) -> AsyncIterator[str]:
    """The worker, stopped where it stands (SIGSTOP), and running again at the end whatever happened."""
    stack.pause("worker")
    yield "worker"
    stack.resume("worker")


def applied(run: str, number: int) -> dict[str, object]:
    return {
        "source": "hung",
        "id": f"{run}-{number}",
        "type": "rekindle.pursuit.applied",
        "subject": f"hung:{run}:{number}",
        "time": "2026-03-02T09:15:00Z",
        "data": {"position": f"hung:{run}"},
    }


async def health(api: httpx.AsyncClient) -> dict[str, object]:
    sent: dict[str, object] = (await api.get("/health/ready")).json()
    return sent


async def test_a_frozen_worker_is_told_killed_and_started_again_and_everything_is_counted(
    stack: Stack, api: httpx.AsyncClient, frozen: str
) -> None:
    restarts, began, run = stack.parts[frozen].restarts, time.monotonic(), uuid4().hex

    said = await eventually(lambda: health(api), lambda found: found["status"] == "degraded", seconds=20)
    assert "does not answer" in str(said["checks"]["worker"])  # type: ignore[index]  # the answer's shape is what is tested
    shown = await rekindle(stack, "status")
    assert shown.returncode == 1
    assert "degraded" in shown.stdout

    asked = time.monotonic()
    posted = await api.post("/v1/events", json=[applied(run, number) for number in range(50)])
    assert posted.status_code == 207
    assert time.monotonic() - asked < LONGEST_WAIT_FOR_A_LOCK

    await stack.recovered(frozen, restarts + 1, seconds=60)
    assert 25 <= time.monotonic() - began < 60  # its last heartbeat was up to 5 seconds old
    after = [item["after"] for item in posted.json()["items"]]
    assert (await api.post("/v1/analytics/wait", json={"after": after, "wait": 10})).status_code == 200
    funnel = (await api.get(f"/v1/analytics/positions/hung:{run}/funnel")).json()
    assert funnel["stages"][3]["recorded"] == 50
    await eventually(lambda: health(api), lambda found: found["status"] == "ready", seconds=20)


async def test_an_erasure_is_pending_while_the_worker_stands_still(stack: Stack, api: httpx.AsyncClient, frozen: str) -> None:
    asked = await api.post("/v1/erasures", json={"candidate": f"hung:{uuid4().hex}"})

    async def statuses() -> dict[str, str]:
        shown = (await api.get(asked.headers["Location"])).json()
        return {"all": shown["status"]} | {one["service"]: one["status"] for one in shown["services"]}

    pending = await statuses()
    assert asked.status_code == 202
    assert pending == dict.fromkeys(pending, "pending") | {"candidates": "done"}
    assert {"engagement", "analytics"} < pending.keys()

    stack.resume(frozen)
    await eventually(statuses, lambda found: set(found.values()) == {"done"})
