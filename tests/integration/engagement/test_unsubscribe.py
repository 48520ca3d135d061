"""Unsubscribe links: one click without a login, POST alone, once, for ever, whatever becomes of the records."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.engagement.main import create_app
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.unsubscribe import unsubscribe
from shared.db.engine import Sessions, connect
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.records import Records
from tests.integration.shared.commit_proxy import commit_proxy

ADA, ALIAS = candidate_id("ats:ada"), candidate_id("gem:77")


@pytest.fixture
async def browser(ats: Ats, settings: EngagementSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token, at another process of the deployment."""
    app = create_app(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://engagement") as client:
        yield client
    await app.state.sessions.close()


async def link(ats: Ats, candidate: str = "ats:ada", channel: str = "email") -> str:
    """The path of a link."""
    answer = await ats.client.post("/v1/unsubscribe-links", json={"candidate": candidate, "channel": channel})
    assert answer.status_code == 200, answer.text
    return "/" + str(answer.json()["url"]).split("/", 3)[3]


async def facts(sessions: Sessions) -> list[tuple[Any, ...]]:
    query = text("SELECT candidate_id, source, data->>'channel' FROM log WHERE type LIKE '%unsubscribed' ORDER BY sequence")
    async with sessions.begin() as session:
        return [tuple(row) for row in await session.execute(query)]


async def may_write(ats: Ats, candidate: str, channel: str = "email") -> bool:
    asked = {"candidate": candidate, "channel": channel, "at": "2026-03-11T12:00:00Z"}
    return bool((await ats.client.post("/v1/contact-checks", json=asked)).json()["allowed"])


async def test_a_link_comes_with_the_headers_of_rfc_8058(ats: Ats) -> None:
    body = {"candidate": "ats:ada", "channel": "email"}
    first, second = [(await ats.client.post("/v1/unsubscribe-links", json=body)).json() for _ in range(2)]

    assert first == second
    assert first["candidate_id"] == str(ADA)
    assert first["headers"] == {
        "List-Unsubscribe": f"<{first['url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


async def test_only_post_acts_and_a_second_one_changes_nothing(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions
) -> None:
    path = await link(ats)
    page = await browser.get(path)
    head = await browser.head(path)

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'method="post"' in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert head.status_code == 200, "a link may be looked at: nothing follows from it"
    assert await facts(engagement) == []

    for _ in range(2):
        answer = await browser.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, "unsubscribed" in answer.text) == (200, True)
    assert await facts(engagement) == [(ADA, "rekindle.unsubscribe", "email")]
    assert (await may_write(ats, "ats:ada"), await may_write(ats, "ats:ada", "phone")) == (False, True)


async def test_of_32_clicks_at_once_one_counts(ats: Ats, browser: httpx.AsyncClient, engagement: Sessions) -> None:
    path = await link(ats)
    answers = await asyncio.gather(*(browser.post(path) for _ in range(32)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(await facts(engagement)) == 1


async def test_the_same_link_works_again_after_they_subscribed_again(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions
) -> None:
    path = await link(ats)
    await browser.post(path)
    again = event("candidate.resubscribed", channel="email", at=datetime.now(UTC).isoformat())
    await ats.post(again, status=201)
    assert await may_write(ats, "ats:ada")

    await browser.post(path)
    assert len(await facts(engagement)) == 2
    assert not await may_write(ats, "ats:ada")


async def test_an_unsubscription_of_one_address_is_not_that_of_the_channel(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions
) -> None:
    await ats.post(event("candidate.unsubscribed", channel="email", address="ada@example.org"), status=201)
    await browser.post(await link(ats))

    assert len(await facts(engagement)) == 2


@pytest.mark.parametrize("changed", ["x", "", ".", "%00", "a" * 400])
async def test_a_tampered_link_says_so_and_does_nothing(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions, changed: str
) -> None:
    path = await link(ats)
    for bad in (path + changed if changed else path[:-1], f"/v1/unsubscribe/{changed or 'x'}"):
        for answer in (await browser.get(bad), await browser.post(bad)):
            assert answer.status_code in {404, 422}, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
    assert (await browser.post(path[:-2])).json()["code"] == "unsubscribe_link_unknown"
    assert await facts(engagement) == []


async def test_a_link_of_another_deployment_is_none_of_ours(ats: Ats, browser: httpx.AsyncClient, engagement: Sessions) -> None:
    path = await link(ats)
    async with engagement.begin() as session:
        await session.execute(text("UPDATE link_keys SET key = decode(repeat('00', 32), 'hex')"))

    assert (await browser.post(path)).status_code == 404


async def test_it_works_after_a_merge_and_stays_with_its_own_record_after_the_parting(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions, settings: EngagementSettings
) -> None:
    records = Records(engagement, settings)
    path = await link(ats, "gem:77")
    await records.link(ALIAS, ADA)
    await browser.post(path)
    assert (await may_write(ats, "ats:ada"), await may_write(ats, "gem:77")) == (False, False)

    await records.link(ALIAS, ALIAS)
    assert (await may_write(ats, "ats:ada"), await may_write(ats, "gem:77")) == (True, False)


async def test_of_an_erased_person_it_says_that_and_nothing_else(
    ats: Ats, browser: httpx.AsyncClient, engagement: Sessions, settings: EngagementSettings
) -> None:
    path = await link(ats)
    await ats.post(event(), status=201)
    await Records(engagement, settings).erase(ADA)

    for answer in (await browser.get(path), await browser.post(path)):
        assert (answer.status_code, "was erased" in answer.text) == (410, True)
        assert str(ADA) not in answer.text
    assert await facts(engagement) == []
    refused = await ats.client.post("/v1/unsubscribe-links", json={"candidate": "ats:ada"})
    assert (refused.status_code, refused.json()["code"]) == (410, "candidate_erased")


async def test_nobody_can_send_what_only_a_link_says(ats: Ats) -> None:
    forged = event("candidate.unsubscribed", channel="email", source="rekindle.unsubscribe")
    assert [one["field"] for one in (await ats.post(forged, status=422))["errors"]] == ["source"]


async def test_a_click_whose_commit_was_not_acknowledged_counts_once(
    ats: Ats, engagement: Sessions, settings: EngagementSettings
) -> None:
    path = await link(ats)
    async with commit_proxy(engagement.engine.url.render_as_string(hide_password=False)) as proxy:
        far = connect(proxy.url, pool_size=2)
        proxy.lose_answer_to()
        await unsubscribe(far, path.rpartition("/")[2], now=datetime.now(UTC), settings=settings)
        await far.close()

    assert proxy.lost == 1
    assert len(await facts(engagement)) == 1
