"""The gateway: one address, each path with its owner, one truth about health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from rekindle.runtime.registry import SERVICES
from rekindle.runtime.serve import create_app
from shared.settings import SharedSettings
from shared.web.app import create_service_app

seen: list[str] = []


def service(name: str, path: str, *, works: bool = True) -> FastAPI:
    router = APIRouter()

    @router.get(path)
    async def who() -> dict[str, str]:
        return {"owner": name}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        seen.append(f"{name} starts")
        yield
        seen.append(f"{name} stops")

    async def check() -> None:
        if not works:
            raise ConnectionError("no database")

    return create_service_app(
        name=name,
        title=name,
        description="",
        routers=[router],
        settings=SharedSettings(),
        lifespan=lifespan,
        checks={"database": check},
    )


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


@pytest.fixture
def gateway() -> FastAPI:
    return create_app(
        {
            "candidates": service("candidates", "/v1/candidates/{reference}"),
            "engagement": service("engagement", "/v1/queue"),
        }
    )


@pytest.mark.parametrize(
    ("path", "owner"),
    [("/v1/queue", "engagement"), ("/v1/queue?limit=1", "engagement"), ("/v1/candidates/ats:a%2Fb", "candidates")],
)
async def test_each_path_goes_to_its_owner(gateway: FastAPI, path: str, owner: str) -> None:
    async with client(gateway) as asking:
        assert (await asking.get(path)).json() == {"owner": owner}


@pytest.mark.parametrize("path", ["/v1/queues", "/v1", "/queue", "/v1/analytics/funnel", "/v1//queue"])
async def test_a_path_without_an_owner_is_a_problem(gateway: FastAPI, path: str) -> None:
    async with client(gateway) as asking:
        answer = await asking.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_documentation_is_merged_and_needs_nothing_from_elsewhere(gateway: FastAPI) -> None:
    async with client(gateway) as asking:
        paths = (await asking.get("/openapi.json")).json()["paths"]
        page = (await asking.get("/docs")).text
        home = await asking.get("/")

    assert {"/v1/queue", "/v1/candidates/{reference}"} <= set(paths)
    assert "http://" not in page
    assert home.headers["location"] == "/docs"


async def test_ready_only_when_every_service_is() -> None:
    broken = create_app({"engagement": service("engagement", "/v1/queue", works=False)})
    async with client(broken) as asking:
        answer = await asking.get("/health/ready")
        alive = await asking.get("/health/live")

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"engagement.database": "no database"}
    assert alive.status_code == 200


async def test_metrics_name_their_process(gateway: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REKINDLE_WORKER_URLS", raising=False)
    async with client(gateway) as asking:
        page = (await asking.get("/metrics")).text

    assert all('process="gateway"' in line for line in page.splitlines() if not line.startswith("#"))


async def test_services_start_and_stop_with_the_gateway(gateway: FastAPI) -> None:
    seen.clear()

    async with gateway.router.lifespan_context(gateway):
        assert seen == ["candidates starts", "engagement starts"]

    assert seen[2:] == ["engagement stops", "candidates stops"]


def test_no_two_services_own_a_path() -> None:
    paths = [path for service in SERVICES for path in service.paths]

    assert len(paths) == len(set(paths))
