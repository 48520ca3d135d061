"""What the gateway says of the workers: ready, silent or gone, by the part's name; their metrics on one page."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from rekindle.runtime.health import answer
from services.gateway.metrics import merge
from services.gateway.workers import Workers
from shared.observability.health import ask


def workers(*urls: str, silent: dict[str, float] | None = None, lacking: str = "") -> Workers:
    """Workers that answer as their own health endpoint does; one on port 9 does not."""

    def respond(request: httpx.Request) -> httpx.Response:
        if request.url.port == 9:
            raise httpx.ConnectError("refused")
        if request.url.host == lacking:
            return httpx.Response(200, json={"status": "degraded", "checks": {"database": "ok", "relay": "no relay runs"}})
        head, _, body = answer(request.url.path.encode(), silent or {}, stopping=False).partition(b"\r\n\r\n")
        return httpx.Response(int(head.split()[1]), content=body)

    return Workers(urls, transport=httpx.MockTransport(respond))


async def test_a_worker_whose_parts_go_on_is_well() -> None:
    assert await ask(workers("http://127.0.0.1:7", silent={"engagement.relay": 3.0}).checks) == {"worker": "ok"}


async def test_a_silent_part_is_named() -> None:
    asked = workers("http://127.0.0.1:7", silent={"engagement.relay": 20.6, "engagement.clock": 1.0})

    assert await ask(asked.checks) == {"worker": "engagement.relay gave no sign of life for 21 s"}


async def test_a_worker_that_does_not_answer_is_told() -> None:
    said = await ask(workers("http://127.0.0.1:7", "http://127.0.0.1:9").checks)

    assert said == {"worker-0": "ok", "worker-1": "http://127.0.0.1:9 does not answer: ConnectError"}


async def test_a_role_of_several_containers_is_called_as_its_host_and_all_of_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(None, None, None, "", (f"10.0.0.{number}", 8080)) for number in (1, 2, 2)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", two)
    asked = workers("http://engagement-api:8080", lacking="10.0.0.2")

    assert await ask(asked.checks) == {"engagement-api": "relay: no relay runs"}
    assert set(await asked.metrics()) == {"engagement-api-0", "engagement-api-1"}


async def test_the_gateway_is_degraded_while_a_worker_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from rekindle.runtime.serve import create_app

    monkeypatch.setenv("REKINDLE_WORKER_URLS", "http://127.0.0.1:9")
    app: FastAPI = create_app({})
    app.state.workers._client = workers()._client
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        sent = await client.get("/health/ready")

    assert sent.status_code == 200
    assert sent.json() == {"status": "degraded", "checks": {"worker": "http://127.0.0.1:9 does not answer: ConnectError"}}


def test_a_sample_names_its_process_once_however_often_pages_are_merged() -> None:
    page = '# TYPE rows gauge\nrows{service="a"} 1\nrows 2\n'

    merged = merge({"front": merge({"gateway": page})})

    assert merged.splitlines() == ["# TYPE rows gauge", 'rows{process="front",service="a"} 1', 'rows{process="front"} 2']


def test_the_silence_of_each_part_is_a_metric() -> None:
    page = answer(b"/metrics", {"engagement.relay": 2.5}, stopping=False).decode()

    assert 'rekindle_part_silence_seconds{part="engagement.relay"} 2.5' in page


@pytest.mark.parametrize(("silent", "stopping", "status"), [(14.0, False, 200), (15.5, False, 503), (0.0, True, 503)])
def test_a_worker_is_ready_while_no_part_is_silent_and_it_does_not_stop(silent: float, stopping: bool, status: int) -> None:
    head, _, body = answer(b"/health/ready", {"a.relay": silent}, stopping=stopping).partition(b"\r\n\r\n")

    assert int(head.split()[1]) == status
    assert f'"a.relay": {silent}'.encode() in body
