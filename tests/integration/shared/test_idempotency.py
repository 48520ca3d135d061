"""Idempotency-Key on a POST: the same again is answered the same and done once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from shared.db.engine import Sessions
from shared.errors import Conflict
from shared.security.auth import Principal, requires
from shared.security.token_issuer import ensure_keys, issue_token
from shared.settings import SharedSettings
from shared.web.app import create_service_app
from shared.web.idempotency import IdempotentRoute
from tests.waiting import eventually


class StackConfig(BaseModel):
    wanted: str


class Desk:
    """Counts what was really done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(engagement: Sessions, desk: Desk, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    ensure_keys(tmp_path)
    router = APIRouter(prefix="/v1/wishes", route_class=IdempotentRoute)

    @router.post("", status_code=201)
    async def wish(body: StackConfig, _principal: Annotated[Principal, requires("admin")]) -> dict[str, int]:
        await desk.may_go_on.wait()
        if body.wanted == "refused":
            raise Conflict("not this one")
        desk.done.append(body.wanted)
        return {"number": len(desk.done)}

    settings = SharedSettings(jwks_file=tmp_path / "jwks.json", deployment="test")
    app = create_service_app(name="wishes", title="Wishes", description="For a test.", routers=[router], settings=settings)
    app.state.sessions = engagement
    token = issue_token(tmp_path, issuer="test", name="ats", scopes=["admin"], expires_in=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
        yield client


async def wish(client: httpx.AsyncClient, wanted: str, key: str) -> httpx.Response:
    return await client.post("/v1/wishes", json={"wanted": wanted}, headers={"Idempotency-Key": key})


async def test_the_same_key_and_body_are_answered_the_same_and_done_once(client: httpx.AsyncClient, desk: Desk) -> None:
    first = await wish(client, "peace", "k1")
    again = await wish(client, "peace", "k1")

    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"number": 1})
    assert again.headers["idempotent-replayed"] == "true"
    assert desk.done == ["peace"]


async def test_another_body_under_the_same_key_is_refused(client: httpx.AsyncClient, desk: Desk) -> None:
    await wish(client, "peace", "k1")

    refused = await wish(client, "war", "k1")

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert refused.json()["errors"] == [{"field": "Idempotency-Key", "rule": "was used with another body"}]
    assert desk.done == ["peace"]


async def claimed(sessions: Sessions) -> bool:
    async with sessions.begin() as session:
        return bool(await session.scalar(text("SELECT EXISTS (SELECT FROM idempotency_keys)")))


async def test_a_key_in_flight_is_a_conflict(client: httpx.AsyncClient, desk: Desk, engagement: Sessions) -> None:
    desk.may_go_on.clear()
    first = asyncio.create_task(wish(client, "peace", "k1"))
    await eventually(lambda: claimed(engagement))
    second = await wish(client, "peace", "k1")
    desk.may_go_on.set()

    assert second.json()["code"] == "idempotency_key_in_flight"
    assert (await first).status_code == 201
    assert desk.done == ["peace"]


async def test_a_refused_request_does_not_use_up_its_key(client: httpx.AsyncClient, desk: Desk) -> None:
    refused = await wish(client, "refused", "k1")
    again = await wish(client, "peace", "k1")

    assert refused.status_code == 409
    assert again.status_code == 201
    assert desk.done == ["peace"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, desk: Desk, key: str) -> None:
    refused = await wish(client, "peace", key)

    assert refused.status_code == 400
    assert desk.done == []


async def test_answers_are_removed_when_they_were_kept_for_long_enough(client: httpx.AsyncClient, engagement: Sessions) -> None:
    async with engagement.begin() as session:
        for key, age in (("old", "25 hours"), ("young", "23 hours")):
            await session.execute(
                text(
                    "INSERT INTO idempotency_keys (principal, operation, key, body_hash, created_at) "
                    "VALUES ('somebody', 'POST /v1/other', :key, '', clock_timestamp() - CAST(:age AS text)::interval)"
                ),
                {"key": key, "age": age},
            )

    await client.post("/v1/wishes", json={"wanted": "tea"}, headers={"Idempotency-Key": "mine"})

    async with engagement.begin() as session:
        assert set(await session.scalars(text("SELECT key FROM idempotency_keys"))) == {"young", "mine"}
