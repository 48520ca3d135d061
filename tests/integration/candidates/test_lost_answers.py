"""The acknowledgement of a commit is lost: the change counts as done where it was, and is never done twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.candidates.main import create_app
from services.candidates.settings import CandidatesSettings
from shared.db.engine import Sessions
from shared.security.token_issuer import issue_token
from tests.integration.candidates.conftest import ALL, Caller
from tests.integration.candidates.outgoing import published
from tests.integration.shared.commit_proxy import CommitProxy, commit_proxy


@pytest.fixture
async def proxy(settings: CandidatesSettings) -> AsyncIterator[CommitProxy]:
    """A proxy between the application and its database."""
    async with commit_proxy(settings.database_url) as proxy:
        yield proxy


@pytest.fixture
async def behind(candidates: Sessions, settings: CandidatesSettings, proxy: CommitProxy, tmp_path: Path) -> AsyncIterator[Caller]:
    """A caller of an application whose one connection goes through the proxy."""
    app = create_app(settings.model_copy(update={"database_url": proxy.url, "pool_size": 1}))
    token = issue_token(tmp_path, issuer="test", name="tester", scopes=ALL, expires_in=timedelta(hours=1))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(base_url="http://rekindle", transport=transport) as client:
            yield Caller(client, token)


async def test_a_record_is_answered_as_made(ats: Caller, behind: Caller, proxy: CommitProxy, candidates: Sessions) -> None:
    proxy.lose_answer_to()

    response = await behind.patch("gem:1", name="Ada")

    assert (proxy.lost, response.status_code) == (1, 201)
    assert (await ats.read("gem:1"))["after"] == response.json()["after"]
    assert len(await published(candidates)) == 1
    history = (await ats.ask("GET", "/v1/candidates/gem:1/history")).json()["items"]
    assert [entry["value"] for entry in history] == ["Ada"]


async def test_a_change_of_the_version_that_was_read_is_not_called_stale(ats: Caller, behind: Caller, proxy: CommitProxy) -> None:
    tag = (await ats.patch("gem:1", name="Ada")).headers["ETag"]
    proxy.lose_answer_to()

    response = await behind.patch("gem:1", name="Augusta", if_match=tag)

    assert (response.status_code, response.json()["name"]) == (200, "Augusta")
    assert response.headers["ETag"] == (await ats.ask("GET", "/v1/candidates/gem:1")).headers["ETag"] != tag


async def test_so_are_links_their_undoing_positions_and_erasures(ats: Caller, behind: Caller, proxy: CommitProxy) -> None:
    changes: list[Callable[[], Awaitable[httpx.Response]]] = [
        lambda: behind.patch("gem:1", references=["gem:2"]),
        lambda: behind.unlink("gem:1", "gem:2"),
        lambda: behind.patch("gem:9", thing="positions", title="Engineer"),
        lambda: behind.ask("POST", "/v1/erasures", json={"candidate": "gem:1"}),
    ]
    statuses = []
    for change in changes:
        proxy.lose_answer_to()
        statuses.append((await change()).status_code)

    assert (proxy.lost, statuses) == (4, [201, 200, 201, 202])
    assert (await ats.ask("GET", "/v1/candidates/gem:1")).status_code == 410


async def test_when_nobody_can_be_asked_nothing_is_claimed_and_the_same_again_helps(
    ats: Caller, behind: Caller, proxy: CommitProxy, candidates: Sessions
) -> None:
    proxy.lose_answer_to()
    proxy.refuses_after_losing = True

    unknown = await behind.patch("gem:1", name="Ada", observed_at="2026-03-01T00:00:00Z")
    proxy.refuses_after_losing = proxy.refuses = False
    again = await behind.patch("gem:1", name="Ada", observed_at="2026-03-01T00:00:00Z")

    assert unknown.status_code == 503
    assert "not known" in unknown.json()["detail"]
    assert "nothing was changed" not in unknown.json()["detail"]
    assert again.status_code == 200
    assert len(await published(candidates)) == 1
