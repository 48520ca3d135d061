"""What an address and a body must be before an operation is asked, and the words in which a broken rule is told."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.settings import SharedSettings
from shared.web.app import create_service_app
from shared.web.routing import StrictRoute


class Song(BaseModel):
    """A body for the tests."""

    model_config = ConfigDict(extra="forbid")

    words: Annotated[list[str], Field(min_length=1, max_length=3)]
    singer: dict[str, str] = Field(default_factory=dict)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(route_class=StrictRoute)

    @router.get("/v1/echoes/{name}")
    async def echo(name: str, word: str = "") -> list[str]:
        return [name, word]

    @router.post("/v1/songs")
    async def sing(song: Song) -> int:
        return len(song.words)

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


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ([], "body", "must be an object"),
        ({}, "words", "is required"),
        ({"words": "la"}, "words", "must be a list"),
        ({"words": []}, "words", "must not be empty"),
        ({"words": ["la"] * 4}, "words", "must have at most 3 items"),
        ({"words": ["la"], "singer": 1}, "singer", "must be an object"),
        ({"words": ["la"], "key": "a"}, "key", "is not a known field"),
    ],
)
async def test_a_broken_rule_is_told_in_the_words_of_json(client: httpx.AsyncClient, body: Any, field: str, rule: str) -> None:
    response = await client.post("/v1/songs", json=body)

    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": field, "rule": rule}]
