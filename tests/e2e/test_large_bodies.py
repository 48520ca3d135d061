"""A body that is too large is answered 413 over a real connection, and the answer arrives."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.e2e.test_roles import MEGABYTE

PATHS = ("/v1/events", "/v1/queue/claims", "/v1/analytics/wait", "/v1/erasures", "/v1/connectors/greenhouse")


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * MEGABYTE


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
@pytest.mark.parametrize("path", PATHS)
async def test_the_answer_reaches_the_sender(api: httpx.AsyncClient, path: str, chunked: bool) -> None:
    body = chunks(12) if chunked else b" " * 12 * MEGABYTE

    answer = await api.post(path, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert (await api.get("/health/live")).status_code == 200
