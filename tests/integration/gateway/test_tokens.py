"""Tokens over HTTP: issued, listed, revoked and rotated, and refused by every process that reads the topic of revocations."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from rekindle.embedded.stack import Stack
from rekindle.runtime.serve import create_app
from services.gateway.main import create_app as create_tokens_app
from services.gateway.settings import GatewaySettings
from services.gateway.use_cases.republish import republish
from shared.db.engine import Sessions
from shared.errors import Unavailable
from shared.events import Topic
from shared.security.auth import Unauthenticated, Verifier
from shared.security.revocation_feed import PARTITION, RevocationFeed
from shared.security.token_issuer import REGISTER, Scope, ensure_keys, issue_token, sign_token
from shared.settings import SharedSettings
from tests.waiting import eventually

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


@pytest.fixture(autouse=True)
def _here(keys: Path, kafka: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which the processes of these tests run."""
    monkeypatch.setenv("REKINDLE_JWKS_FILE", str(keys / "jwks.json"))
    monkeypatch.setenv("REKINDLE_DEPLOYMENT", "here")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)


@asynccontextmanager
async def process(stores: Stack, keys: Path, *, kafka: str | None = None) -> AsyncIterator[FastAPI]:
    """A process that serves the gateway's own paths, started and ready."""
    settings = GatewaySettings(
        database_url=stores.env["GATEWAY_DATABASE_URL"],
        signing_keys=keys,
        kafka_bootstrap_servers=kafka or stores.env["KAFKA_BOOTSTRAP_SERVERS"],
    )
    app = create_app({"gateway": create_tokens_app(settings)}, follows_revocations=True)
    async with app.router.lifespan_context(app):
        await eventually(lambda: asyncio.sleep(0, app.state.verifier.revocations.complete))
        yield app


@asynccontextmanager
async def other_process(kafka: str) -> AsyncIterator[Verifier]:
    """What verifies tokens in a process without the gateway's database, from its start on."""
    verifier = Verifier(SharedSettings())
    verifier.revocations.complete = False
    reading = asyncio.create_task(RevocationFeed(verifier.revocations, kafka).run())
    try:
        yield verifier
    finally:
        reading.cancel()
        await asyncio.wait([reading])


def client_of(app: FastAPI, keys: Path) -> httpx.AsyncClient:
    admin = sign_token(keys, issuer="here", name="admin", scopes=[Scope.ADMIN], expires_in=HOUR).token
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway", headers={"Authorization": f"Bearer {admin}"}
    )


@pytest.fixture
async def api(real_stores: Stack, gateway_database: Sessions, keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    (keys / REGISTER).unlink(missing_ok=True)
    async with AsyncExitStack() as exits:
        app = await exits.enter_async_context(process(real_stores, keys))
        yield await exits.enter_async_context(client_of(app, keys))


async def create(api: httpx.AsyncClient, *scopes: str) -> dict[str, str]:
    answer = await api.post("/v1/tokens", json={"name": "ats", "scopes": scopes or ["admin"], "expires_in_days": 2})
    assert answer.status_code == 201, answer.text
    created: dict[str, str] = answer.json()
    return created


async def accepted(api: httpx.AsyncClient, token: str) -> bool:
    answer = await api.get("/v1/tokens", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in {200, 401}, answer.text
    return answer.status_code == 200


def accepts(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except Unauthenticated:
        return False
    return True


async def test_a_created_token_works_and_is_shown_once(api: httpx.AsyncClient) -> None:
    created = await create(api)

    assert await accepted(api, created["token"])
    listed = (await api.get("/v1/tokens")).json()["items"]
    assert [(one["id"], one["name"], one["scopes"], one["status"]) for one in listed] == [
        (created["id"], "ats", ["admin"], "valid")
    ]
    for answer in ((await api.get("/v1/tokens")), (await api.get(f"/v1/tokens/{created['id']}"))):
        assert created["token"].split(".")[2] not in answer.text


async def test_pages_hold_every_token_once(api: httpx.AsyncClient) -> None:
    created = [(await create(api))["id"] for _ in range(5)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await api.get("/v1/tokens", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        found += [one["id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert sorted(found) == sorted(created)


@pytest.mark.parametrize(
    "body", [{}, {"name": "", "scopes": ["admin"]}, {"name": "a", "scopes": []}, {"name": "a", "scopes": ["all"]}]
)
async def test_a_token_that_cannot_be_is_refused(api: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await api.post("/v1/tokens", json=body)).status_code == 422


async def test_a_revoked_token_is_refused_by_every_process_within_a_second(api: httpx.AsyncClient, kafka: str) -> None:
    created = await create(api)
    async with other_process(kafka) as verifier:
        await eventually(lambda: asyncio.sleep(0, verifier.revocations.complete))
        assert accepts(verifier, created["token"])

        answer = await api.post(f"/v1/tokens/{created['id']}/revocation")

        assert (answer.status_code, answer.json()["status"]) == (200, "revoked")
        assert not await accepted(api, created["token"])
        await eventually(lambda: asyncio.sleep(0, accepts(verifier, created["token"])), lambda known: not known, seconds=1)
    again = await api.post(f"/v1/tokens/{created['id']}/revocation")
    assert (again.status_code, again.json()) == (200, answer.json())


async def test_a_new_process_accepts_nothing_before_it_knows_what_is_revoked(api: httpx.AsyncClient, kafka: str) -> None:
    revoked, valid = await create(api), await create(api)
    await api.post(f"/v1/tokens/{revoked['id']}/revocation")

    async with other_process(kafka) as verifier:
        with pytest.raises(Unavailable):
            verifier.verify(valid["token"])
        await eventually(lambda: asyncio.sleep(0, verifier.revocations.complete))

        assert not accepts(verifier, revoked["token"])
        assert accepts(verifier, valid["token"])


async def test_an_unknown_token_is_a_clear_problem(api: httpx.AsyncClient) -> None:
    unknown = uuid4()
    for answer in (
        await api.get(f"/v1/tokens/{unknown}"),
        await api.post(f"/v1/tokens/{unknown}/revocation"),
        await api.post(f"/v1/tokens/{unknown}/rotation", json={}),
    ):
        assert answer.status_code == 404
        assert str(unknown) in answer.json()["detail"]
    assert (await api.post("/v1/tokens/x/revocation")).status_code == 422


async def test_a_rotated_token_has_a_successor_and_is_refused(api: httpx.AsyncClient) -> None:
    old = await create(api, "admin", "engagement:read")

    new = (await api.post(f"/v1/tokens/{old['id']}/rotation", json={})).json()

    assert not await accepted(api, old["token"])
    assert await accepted(api, new["token"])
    assert (new["name"], new["scopes"]) == (old["name"], old["scopes"])
    assert (await api.post(f"/v1/tokens/{old['id']}/rotation", json={})).status_code == 409


async def test_a_rotated_token_may_be_valid_a_while_longer(api: httpx.AsyncClient, kafka: str) -> None:
    old = await create(api)
    began = time.time()

    assert (await api.post(f"/v1/tokens/{old['id']}/rotation", json={"overlap_seconds": 2})).status_code == 201

    assert await accepted(api, old["token"])
    assert (await api.get(f"/v1/tokens/{old['id']}")).json()["status"] == "valid"
    async with other_process(kafka) as verifier:
        await eventually(lambda: asyncio.sleep(0, verifier.revocations.complete))
        await eventually(lambda: asyncio.sleep(0, accepts(verifier, old["token"])), lambda known: not known, seconds=10)
    assert time.time() - began >= 1.9
    assert not await accepted(api, old["token"])


async def test_a_token_of_the_command_is_listed_and_can_be_revoked(api: httpx.AsyncClient, keys: Path) -> None:
    token = issue_token(keys, issuer="here", name="script", scopes=["admin"], expires_in=HOUR)

    (listed,) = (await api.get("/v1/tokens")).json()["items"]
    assert (listed["name"], listed["scopes"], listed["status"]) == ("script", ["admin"], "valid")
    assert (await api.post(f"/v1/tokens/{listed['id']}/revocation")).status_code == 200

    assert not await accepted(api, token)


async def test_a_line_of_the_register_that_does_not_read_hides_no_other(api: httpx.AsyncClient, keys: Path) -> None:
    issue_token(keys, issuer="here", name="first", scopes=["admin"], expires_in=HOUR)
    with (keys / REGISTER).open("a") as register:
        register.write('{"id": 7}\nnot JSON\n')
    issue_token(keys, issuer="here", name="last", scopes=["admin"], expires_in=HOUR)

    assert {one["name"] for one in (await api.get("/v1/tokens")).json()["items"]} == {"first", "last"}


async def test_a_token_that_is_in_no_list_is_revoked_by_itself(api: httpx.AsyncClient, keys: Path) -> None:
    earlier = sign_token(keys, issuer="here", name="earlier", scopes=["admin"], expires_in=HOUR)

    answer = await api.post("/v1/tokens/revocations", json={"token": earlier.token})

    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, str(earlier.id), "revoked")
    assert answer.json()["expires_at"] == earlier.expires_at.isoformat().replace("+00:00", "Z")
    assert not await accepted(api, earlier.token)


async def test_what_is_no_token_of_ours_is_not_revoked(api: httpx.AsyncClient, tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    foreign = sign_token(tmp_path, issuer="here", name="foreign", scopes=["admin"], expires_in=HOUR).token

    for token in ("abc", foreign):
        assert (await api.post("/v1/tokens/revocations", json={"token": token})).status_code == 422


async def test_what_kafka_did_not_take_is_refused_here_and_published_by_the_next_start(
    real_stores: Stack, gateway_database: Sessions, keys: Path, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.announcing.SECONDS", 0.5)
    async with process(real_stores, keys, kafka="127.0.0.1:1") as app, client_of(app, keys) as api:
        created = await create(api)
        answer = await api.post(f"/v1/tokens/{created['id']}/revocation")
        assert answer.status_code == 503
        assert "Kafka" in answer.json()["detail"]
        assert not await accepted(api, created["token"])

    async with other_process(kafka) as verifier:
        await eventually(lambda: asyncio.sleep(0, verifier.revocations.complete))
        assert accepts(verifier, created["token"])
        async with process(real_stores, keys):
            await eventually(lambda: asyncio.sleep(0, accepts(verifier, created["token"])), lambda known: not known, seconds=5)


async def test_revocations_are_published_again(api: httpx.AsyncClient, gateway_database: Sessions, kafka: str) -> None:
    created, other = await create(api), await create(api)
    await api.post(f"/v1/tokens/{created['id']}/revocation")
    before = await end_of_the_topic(kafka)

    assert await republish(gateway_database, Topic.ACCESS, shards=12, progress=lambda _: None) == 1

    assert await end_of_the_topic(kafka) == before + 1
    async with other_process(kafka) as verifier:
        await eventually(lambda: asyncio.sleep(0, verifier.revocations.complete))
        assert (accepts(verifier, created["token"]), accepts(verifier, other["token"])) == (False, True)


async def end_of_the_topic(kafka: str) -> int:
    async with AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False) as consumer:
        return int((await consumer.end_offsets([PARTITION]))[PARTITION])
