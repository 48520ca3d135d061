"""Idempotency-Key on a POST: the same again is answered the same and done once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.db.engine import Sessions
from shared.errors import Conflict
from shared.security.auth import Principal, requires
from shared.security.token_issuer import ensure_keys, issue_token
from shared.settings import SharedSettings
from shared.web import idempotency, kept_answers
from shared.web.app import create_service_app
from shared.web.idempotency import IdempotentRoute, name_people, request_token
from tests.waiting import eventually


class Order(BaseModel):
    item: str


class Shop:
    """Counts what was really done."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.tokens: list[UUID] = []
        self.gates: list[asyncio.Event] = []
        """One for each request that is to wait, in the order of their coming."""
        self.customer: UUID | None = None
        """Whom the answer names by id."""
        self.named: UUID | None = None
        """Whom it names otherwise."""


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def app(engagement: Sessions, shop: Shop, tmp_path: Path) -> FastAPI:
    ensure_keys(tmp_path)
    router = APIRouter(prefix="/v1/orders", route_class=IdempotentRoute)

    @router.post("", status_code=201)
    async def order(
        body: Order,
        request: Request,
        token: Annotated[UUID, Depends(request_token)],
        _principal: Annotated[Principal, requires("admin")],
        fast: bool = False,
    ) -> dict[str, int | str]:
        shop.tokens.append(token)
        if shop.gates:
            await shop.gates.pop(0).wait()
        if body.item == "refused":
            raise Conflict("not this one")
        shop.done.append(body.item)
        if shop.named is not None:
            name_people(request, {shop.named})
        return {"number": len(shop.done), "after": f"{shop.customer}:7"}

    settings = SharedSettings(jwks_file=tmp_path / "jwks.json", deployment="test", requests_per_minute=50)
    made = create_service_app(name="orders", title="Orders", description="For a test.", routers=[router], settings=settings)
    made.state.sessions = engagement
    return made


@pytest.fixture
async def client(app: FastAPI, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    # A name of its own for each test, for a token's allowance is counted in the process.
    token = issue_token(tmp_path, issuer="test", name=uuid4().hex, scopes=["admin"], expires_in=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
        yield client


async def order(client: httpx.AsyncClient, item: str, key: str, **params: bool) -> httpx.Response:
    return await client.post("/v1/orders", json={"item": item}, headers={"Idempotency-Key": key}, params=params)


async def test_the_same_key_and_body_are_answered_the_same_and_done_once(client: httpx.AsyncClient, shop: Shop) -> None:
    first = await order(client, "tea", "k1")
    again = await order(client, "tea", "k1")

    assert first.json()["number"] == 1
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert shop.done == ["tea"]


async def test_another_body_or_query_under_the_same_key_is_refused(client: httpx.AsyncClient, shop: Shop) -> None:
    await order(client, "tea", "k1")

    for refused in (await order(client, "ink", "k1"), await order(client, "tea", "k1", fast=True)):
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
        assert refused.json()["errors"] == [{"field": "Idempotency-Key", "rule": "was used with another body"}]
    assert shop.done == ["tea"]


async def begun(shop: Shop, requests: int) -> None:
    """So many requests have come to the operation."""

    async def come() -> bool:
        return len(shop.tokens) == requests

    await eventually(come)


async def grow_old(sessions: Sessions, seconds: int) -> None:
    """Let every key have been claimed so long ago."""
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE idempotency_keys SET created_at = created_at - make_interval(secs => :seconds)"), {"seconds": seconds}
        )


async def kept_keys(sessions: Sessions) -> set[str]:
    async with sessions.begin() as session:
        return set(await session.scalars(text("SELECT key FROM idempotency_keys")))


async def test_a_key_in_flight_is_a_conflict(client: httpx.AsyncClient, shop: Shop) -> None:
    gate = asyncio.Event()
    shop.gates = [gate]
    first = asyncio.create_task(order(client, "tea", "k1"))
    await begun(shop, 1)
    second = await order(client, "tea", "k1")
    gate.set()

    assert second.json()["code"] == "idempotency_key_in_flight"
    assert (await first).status_code == 201
    assert shop.done == ["tea"]


@pytest.mark.parametrize("item", ["tea", "refused"])
async def test_a_request_that_was_taken_over_leaves_its_successor_alone(
    client: httpx.AsyncClient, shop: Shop, engagement: Sessions, item: str
) -> None:
    stalled, successor = asyncio.Event(), asyncio.Event()
    shop.gates = [stalled, successor]
    first = asyncio.create_task(order(client, item, "k1"))
    await begun(shop, 1)
    await grow_old(engagement, 61)
    second = asyncio.create_task(order(client, item, "k1"))
    await begun(shop, 2)

    stalled.set()
    await first
    meanwhile = await order(client, item, "k1")
    successor.set()
    answer = await second

    assert meanwhile.json()["code"] == "idempotency_key_in_flight", "the key is the successor's still"
    if item == "tea":
        again = await order(client, item, "k1")
        assert (again.headers["idempotent-replayed"], again.json()) == ("true", answer.json())


async def test_a_refused_request_does_not_use_up_its_key(client: httpx.AsyncClient, shop: Shop) -> None:
    refused = await order(client, "refused", "k1")
    again = await order(client, "tea", "k1")

    assert refused.status_code == 409
    assert again.status_code == 201
    assert shop.done == ["tea"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, shop: Shop, key: str) -> None:
    refused = await order(client, "tea", key)

    assert refused.status_code == 400
    assert shop.done == []


async def test_what_was_done_is_answered_though_the_answer_cannot_be_kept(
    client: httpx.AsyncClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, ConnectionError("gone"))

    monkeypatch.setattr(kept_answers, "keep", lost)

    assert (await order(client, "tea", "k1")).status_code == 201
    assert shop.done == ["tea"]


async def test_a_second_run_of_a_key_finds_the_first_by_its_token(
    client: httpx.AsyncClient, shop: Shop, engagement: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as lost:
        lost.setattr(kept_answers, "keep", _does_nothing)
        await order(client, "tea", "k1")
    await grow_old(engagement, 61)
    await order(client, "tea", "k1")
    await order(client, "tea", "k2")
    await client.post("/v1/orders", json={"item": "tea"})

    first, second, *others = shop.tokens
    assert first == second
    assert len({first, *others}) == 3


async def _does_nothing(*_: object, **__: object) -> None: ...


async def test_replays_count_against_the_allowance(client: httpx.AsyncClient) -> None:
    answers = [await order(client, "tea", "k1") for _ in range(120)]

    assert sum(answer.status_code == 429 for answer in answers) >= 20, "fifty a minute; a new minute may begin in between"
    assert {answer.status_code for answer in answers} == {201, 429}


# Whom an answer names


async def test_an_erasure_forgets_the_answers_that_name_the_person(
    client: httpx.AsyncClient, shop: Shop, engagement: Sessions
) -> None:
    ada, somebody = uuid4(), uuid4()
    shop.customer = ada
    await order(client, "tea", "by id")
    shop.customer, shop.named = somebody, ada
    await order(client, "tea", "by name")
    shop.named = None
    await order(client, "tea", "another's")

    async with engagement.begin() as session:
        await kept_answers.forget_answers(session, {ada})

    assert await kept_keys(engagement) == {"another's"}


async def test_an_answer_that_is_made_during_an_erasure_is_not_kept(
    client: httpx.AsyncClient, shop: Shop, engagement: Sessions
) -> None:
    gate = asyncio.Event()
    shop.gates, shop.customer = [gate], uuid4()
    first = asyncio.create_task(order(client, "tea", "k1"))
    await begun(shop, 1)
    async with engagement.begin() as session:
        await kept_answers.forget_answers(session, {shop.customer})
    gate.set()

    assert (await first).status_code == 201
    assert await kept_keys(engagement) == set()


async def test_answers_are_removed_when_they_were_kept_for_long_enough_without_a_request(
    app: FastAPI, client: httpx.AsyncClient, engagement: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "CLEARED_EVERY", 0.01)
    await order(client, "tea", "old")
    async with app.router.lifespan_context(app):
        await grow_old(engagement, 25 * 3600)
        await order(client, "tea", "young")

        kept = await eventually(lambda: kept_keys(engagement), lambda keys: "old" not in keys)

    assert kept == {"young"}
