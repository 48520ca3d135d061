"""The next page is linked in a header, and browsers of other origins are let in where a setting says so."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Query
from starlette.middleware.cors import CORSMiddleware

from shared.settings import SharedSettings
from shared.web.app import ServiceApp, create_service_app
from shared.web.routing import StrictRoute

ELSEWHERE = "https://dashboard.example.com"


def app(*, origins: str = "") -> ServiceApp:
    router = APIRouter(route_class=StrictRoute)

    @router.get("/v1/things")
    async def list_things(color: Annotated[list[str] | None, Query()] = None, cursor: str | None = None) -> dict[str, Any]:
        return {"items": color, "next_cursor": "a.b" if cursor is None else None}

    settings = SharedSettings(cors_origins=origins)
    return create_service_app(name="things", title="Things", description="", routers=[router], settings=settings)


def client(asked: ServiceApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(asked), base_url="http://things")


async def test_the_next_page_has_a_link_with_the_same_filters() -> None:
    async with client(app()) as asking:
        first = await asking.get("/v1/things?color=red&color=a%26b")
        second = await asking.get(first.links["next"]["url"])

    assert first.headers["link"] == '</v1/things?color=red&color=a%26b&cursor=a.b>; rel="next"'
    assert second.json() == {"items": ["red", "a&b"], "next_cursor": None}
    assert "link" not in second.headers


async def test_without_the_setting_no_other_origin_is_let_in_and_requests_pass_no_further_layer() -> None:
    asked = app()
    async with client(asked) as asking:
        answer = await asking.get("/v1/things", headers={"Origin": ELSEWHERE})

    assert "access-control-allow-origin" not in answer.headers
    assert not isinstance(asked.requests, CORSMiddleware)


async def test_an_origin_of_the_setting_may_ask_change_and_read_headers() -> None:
    async with client(app(origins=f"https://a.example.com {ELSEWHERE}")) as asking:
        answer = await asking.get("/v1/things", headers={"Origin": ELSEWHERE})
        other = await asking.get("/v1/things", headers={"Origin": "https://evil.example.com"})
        preflight = await asking.options(
            "/v1/things",
            headers={
                "Origin": ELSEWHERE,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "authorization,if-match,idempotency-key",
            },
        )

    assert answer.headers["access-control-allow-origin"] == ELSEWHERE
    assert "Link" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in other.headers
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == ELSEWHERE


@pytest.mark.parametrize("wrong", ["dashboard.example.com", "https://a.example.com/", "https://a b.example.com/x"])
def test_what_is_no_origin_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        SharedSettings(cors_origins=wrong)
