"""What an address must be before an operation is asked: UTF-8, and with known parameters, each once."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter

from shared.routes import StrictRoute
from shared.settings import SharedSettings
from shared.web import create_service_app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(route_class=StrictRoute)

    @router.get("/v1/echoes/{name}")
    async def echo(name: str, word: str = "") -> list[str]:
        return [name, word]

    app = create_service_app(
        name="echoes", title="Echoes", description="For a test.", routers=[router], settings=SharedSettings()
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_names_are_read_as_percent_encoded_utf_8(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/echoes/gh:%C3%A9%20%255B?word=%EF%BF%BD")

    assert response.json() == ["gh:\u00e9 %5B", "\ufffd"]


@pytest.mark.parametrize(
    ("address", "field"),
    [("/v1/echoes/gh:%FF", "path"), ("/v1/echoes/gh:%C3", "path"), ("/v1/echoes/gh:x?word=%FE", "query")],
)
async def test_an_address_that_is_not_utf_8_is_refused(client: httpx.AsyncClient, address: str, field: str) -> None:
    response = await client.get(address)

    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": field, "rule": "must be percent-encoded UTF-8"}]


@pytest.mark.parametrize("query", ["words=x", "word=x&word=x", "word=a%00b"])
async def test_a_query_that_is_not_known_repeated_or_holds_nul_is_refused(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"/v1/echoes/gh:x?{query}")

    assert response.status_code == 400
    assert response.json()["code"] == "unknown_parameter"
