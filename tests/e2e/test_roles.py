"""The services alone and nginx in front of them, as the compose file runs them: the same answers as from one process."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from rekindle.embedded.ports import choose
from rekindle.embedded.stack import Stack
from tests import issuer, nginx
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024
SERVED = ("engagement-api", "analytics-api", "gateway")
ABSENT = ("candidates-api", "connectors-api")


@asynccontextmanager
async def role(stack: Stack, name: str, ports: dict[str, int], more: Mapping[str, str]) -> AsyncIterator[None]:
    """A process as the compose file starts it, for the length of the block, live; ``more`` are settings of this one."""
    command = [sys.executable, "-m", "rekindle.runtime.serve", "--port", str(ports[name]), "--only", name.removesuffix("-api")]
    urls = [f"http://127.0.0.1:{ports[one]}" for one in SERVED if one != "gateway" and name == "gateway"]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, **stack.env, "REKINDLE_WORKER_URLS": " ".join(urls), **more},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def status() -> int:
        assert process.returncode is None, f"{command} ended with {process.returncode}"
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{ports[name]}/health/ready")).status_code
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
async def front(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """A client of nginx in front of engagement, analytics and the gateway, each a process of its own; the others are absent.

    Who has no link may log in at an issuer, which knows maria.
    """
    ports: dict[str, int] = {}
    for name in (*SERVED, *ABSENT, "nginx"):
        ports[name] = choose(taken=ports.values())
    async with AsyncExitStack() as exits:
        known = await exits.enter_async_context(issuer.serving())
        at_issuer = {
            "REKINDLE_PUBLIC_URL": f"http://127.0.0.1:{ports['nginx']}",
            "REKINDLE_OIDC_ISSUER": known.url,
            "REKINDLE_OIDC_RECRUITER_CLAIM": "code",
            "GATEWAY_OIDC_CLIENT_ID": issuer.CLIENT,
            "GATEWAY_OIDC_CLIENT_SECRET": issuer.SECRET,
        }
        for name in SERVED:
            await exits.enter_async_context(role(stack, name, ports, at_issuer if name == "gateway" else {}))
        folder = tmp_path_factory.mktemp("nginx")
        await exits.enter_async_context(nginx.running(folder, port=ports["nginx"], services=ports))
        headers = {"Authorization": f"Bearer {stack.token}"}
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports['nginx']}", headers=headers, timeout=30, trust_env=False)
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
    answer = await front.post("/v1/events", content=body, headers={"Content-Type": "application/json", "X-Request-Id": "large-1"})

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "body_too_large"
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "large-1"
    assert (await front.get("/v1/queue?limit=1")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/timelines/roles:nobody", 404),
        ("GET", "/v1/queue?limit=0", 422),
        ("GET", "/v1/queue?limit=1&limit=2", 400),
        ("DELETE", "/v1/queue", 405),
        ("GET", "/v1/queues", 404),
        ("GET", "/v1/engagement/openapi.json", 200),
        ("GET", "/docs", 200),
    ],
)
async def test_answers_are_those_of_the_service(front: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    answer = await front.request(method, path)

    assert answer.status_code == status
    assert answer.headers["x-request-id"]


async def test_a_service_that_does_not_answer_is_a_problem_and_the_others_are_there(front: httpx.AsyncClient) -> None:
    answer = await front.get("/v1/candidates")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["retry-after"] == "1"


async def test_a_reference_arrives_as_it_was_sent(front: httpx.AsyncClient) -> None:
    run = uuid4().hex
    event = applied(1, run=run) | {"subject": f"roles:{run}/a b?c#d%ä"}
    assert (await front.post("/v1/events", json=event)).status_code == 201

    funnel = await front.get(f"/v1/analytics/positions/roles:{run}%2F..%2F/funnel")
    pursuits = await front.get("/v1/pursuits", params={"candidate": str(event["subject"]), "position": f"roles:{run}"})

    assert funnel.status_code == 200
    assert pursuits.status_code == 200


async def test_the_gateway_describes_all_services_and_shows_the_metrics_of_all_processes(front: httpx.AsyncClient) -> None:
    paths = (await front.get("/openapi.json")).json()["paths"]
    assert {"/v1/queue", "/v1/events", "/v1/erasures"} <= set(paths)

    async def metrics() -> str:
        return (await front.get("/metrics")).text

    async def sent() -> object:
        return (await front.get("/health/ready")).json()

    def has_every_process(page: str) -> bool:
        processes = ("gateway", "worker-0", "worker-1")
        return all(f'rekindle_http_request_seconds_count{{process="{process}"' in page for process in processes)

    page = await eventually(metrics, has_every_process, every=1)
    assert [line for line in page.splitlines() if line.count("process=") > 1] == []
    ready = {"status": "ready", "checks": {"gateway.database": "ok", "tokens": "ok", "worker-0": "ok", "worker-1": "ok"}}
    await eventually(sent, lambda found: found == ready, every=1)


async def test_a_token_that_the_gateway_revokes_is_refused_by_the_services_within_a_second(front: httpx.AsyncClient) -> None:
    created = (await front.post("/v1/tokens", json={"name": "ats", "scopes": ["engagement:read", "analytics:read"]})).json()
    headers = {"Authorization": f"Bearer {created['token']}"}

    async def statuses() -> set[int]:
        paths = ("/v1/queue?limit=1", "/v1/analytics/metrics")
        return {(await front.get(path, headers=headers)).status_code for path in paths}

    assert await statuses() == {200}
    assert (await front.post(f"/v1/tokens/{created['id']}/revocation")).status_code == 200
    await eventually(statuses, lambda found: found == {401}, seconds=1)


async def test_without_a_token_nothing_is_answered(front: httpx.AsyncClient) -> None:
    answer = await front.get("/v1/queue", headers={"Authorization": ""})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def browser(front: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser in which nobody is logged in."""
    return httpx.AsyncClient(base_url=front.base_url, timeout=30, trust_env=False)


async def logged_in(front: httpx.AsyncClient, browsing: httpx.AsyncClient, recruiter: str) -> dict[str, str]:
    """Log a recruiter in by a link; the headers of calls that change something."""
    link = (await front.post("/v1/login-links", json={"role": "recruiter", "recruiter": recruiter})).json()["url"]
    assert link.startswith(f"{str(front.base_url).rstrip('/')}/login#")
    session = await browsing.post("/session", json={"code": link.partition("#")[2]})
    assert session.status_code == 200, session.text
    return {"X-CSRF-Token": session.json()["csrf"]}


async def test_a_cookie_stands_for_a_token_at_every_service(front: httpx.AsyncClient) -> None:
    async with browser(front) as browsing:
        await logged_in(front, browsing, "maria")
        paths = ("/v1/queue?limit=1", "/v1/analytics/metrics", "/v1/tokens", "/v1/candidates")
        statuses = [(await browsing.get(path)).status_code for path in paths]
        asked = await browsing.get("/session/authorization", headers={"X-Original-Method": "GET"})

    assert statuses == [200, 200, 403, 503]  # a recruiter sees no tokens; that service is absent
    assert asked.status_code == 404
    assert "authorization" not in asked.headers


async def test_what_changes_something_needs_the_page_s_proof_and_the_session_s_recruiter(front: httpx.AsyncClient) -> None:
    fact = applied(1, run=uuid4().hex)
    async with browser(front) as browsing:
        proof = await logged_in(front, browsing, "maria")
        forged = await browsing.post("/v1/queue/claims", json={"limit": 1})
        other = await browsing.post("/v1/queue/claims", json={"limit": 1, "recruiter": "tom"}, headers=proof)
        claimed = await browsing.post("/v1/queue/claims", json={"limit": 1, "recruiter": "maria"}, headers=proof)
        posted = await browsing.post("/v1/events", json=fact, headers=proof)

    assert [(one.status_code, one.json()["code"]) for one in (forged, other)] == [
        (403, "cross_site_request"),
        (403, "forbidden"),
    ]
    assert (claimed.status_code, posted.status_code) == (200, 201), claimed.text + posted.text
    assert forged.headers["content-type"] == "application/problem+json"


async def test_who_logs_out_is_out_at_every_service(front: httpx.AsyncClient) -> None:
    async with browser(front) as browsing:
        proof = await logged_in(front, browsing, "maria")
        kept = dict(browsing.cookies)
        left = await browsing.delete("/session", headers=proof)
        browsing.cookies.update(kept)
        after = [(await browsing.get(path)).status_code for path in ("/session", "/v1/queue", "/v1/analytics/metrics")]

    assert (left.status_code, after) == (204, [401, 401, 401])


async def test_whom_the_issuer_knows_is_logged_in_at_every_service(front: httpx.AsyncClient) -> None:
    async with browser(front) as browsing, httpx.AsyncClient(trust_env=False) as outside:
        begun = await browsing.get("/session/oidc")
        back = (await outside.get(begun.headers["location"])).headers["location"]
        assert back.startswith(f"{str(front.base_url).rstrip('/')}/session/oidc/callback?")
        entered = await browsing.get(back)
        session = await browsing.get("/session")
        read = await browsing.get("/v1/queue?limit=1")
        claimed = await browsing.post("/v1/queue/claims", json={"limit": 1}, headers={"X-CSRF-Token": session.json()["csrf"]})

    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert (session.json()["role"], session.json()["recruiter"]) == ("recruiter", "maria")
    assert (read.status_code, claimed.status_code) == (200, 200)
