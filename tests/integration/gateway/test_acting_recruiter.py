"""All that a session does is its recruiter's: engagement refuses whoever names another one, and nothing is done."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from rekindle.embedded.stack import Stack
from rekindle.runtime.serve import create_app
from services.engagement.main import create_app as create_engagement_app
from services.engagement.settings import EngagementSettings
from services.gateway.main import create_app as create_gateway_app
from services.gateway.settings import GatewaySettings
from shared.db.engine import Sessions
from shared.security.token_issuer import Scope, ensure_keys, issue_token
from tests.integration.engagement.following import follow
from tests.integration.engagement.posting import event

URL = "http://gateway"
ADA = "ats:ada"
DECLINED = [
    event(of=ADA, at="2025-03-01T12:00:00Z", position="ats:job", recruiter="maria"),
    event("pursuit.declined", of=ADA, at="2025-03-02T12:00:00Z", position="ats:job", reason="timing"),
    event("pursuit.contacted", of="ats:bea", at="2025-03-02T12:00:00Z", position="ats:job", channel="email", recruiter="maria"),
    event("pursuit.responded", of="ats:bea", at="2025-03-02T13:00:00Z", position="ats:job", channel="email"),
]


@pytest.fixture
async def maria(
    real_stores: Stack, gateway_database: Sessions, engagement: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which maria is logged in, at a gateway with engagement; Ada is due in the queue, Bea waits for an answer."""
    ensure_keys(tmp_path)
    monkeypatch.setenv("REKINDLE_JWKS_FILE", str(tmp_path / "jwks.json"))
    monkeypatch.setenv("REKINDLE_DEPLOYMENT", "here")
    settings = EngagementSettings(database_url=real_stores.env["ENGAGEMENT_DATABASE_URL"])
    services: dict[str, FastAPI] = {
        "gateway": create_gateway_app(
            GatewaySettings(database_url=real_stores.env["GATEWAY_DATABASE_URL"], signing_keys=tmp_path, public_url=URL)
        ),
        "engagement": create_engagement_app(settings),
    }
    app = create_app(services)
    token = issue_token(tmp_path, issuer="here", name="owner", scopes=list(Scope), expires_in=timedelta(hours=1))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=URL, headers={"Authorization": f"Bearer {token}"}) as owner,
        httpx.AsyncClient(transport=transport, base_url=URL) as browsing,
    ):
        posted = await owner.post("/v1/events", json=DECLINED)
        assert {item["status"] for item in posted.json()["items"]} == {201}, posted.text
        await follow(engagement, settings)
        link = await owner.post("/v1/login-links", json={"role": "recruiter", "recruiter": "maria"})
        session = await browsing.post("/session", json={"code": link.json()["url"].partition("#")[2]})
        browsing.headers["X-CSRF-Token"] = session.json()["csrf"]
        yield browsing


async def due(browsing: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The items that nobody holds."""
    items: list[dict[str, Any]] = (await browsing.get("/v1/queue", params={"status": "due"})).json()["items"]
    return items


async def obligation(browsing: httpx.AsyncClient) -> dict[str, Any]:
    """The reply that Bea waits for."""
    [found] = (await browsing.get("/v1/obligations", params={"candidate": "ats:bea"})).json()["items"]
    return dict(found)


async def test_another_recruiter_is_refused_wherever_one_is_named_and_nothing_is_done(maria: httpx.AsyncClient) -> None:
    [item] = [one for one in await due(maria) if ADA in one["references"]]
    owed = await obligation(maria)
    until = "2099-03-02T09:00:00Z"
    calls: dict[str, dict[str, Any]] = {
        "/v1/queue/claims": {"item": item["id"]},
        "/v1/queue/snoozes": {"ids": [item["id"]], "until": until},
        "/v1/queue/dismissals": {"ids": [item["id"]], "reason": "not now"},
        f"/v1/obligations/{owed['id']}/waiver": {"reason": "answered by phone"},
        "/v1/contact-checks": {"candidate": ADA, "channel": "email"},
        "/v1/message-reviews": {"text": "Hi Ada, may I tell you more?", "kind": "first_touch"},
    }

    answers = {path: await maria.post(path, json={**body, "recruiter": "tom"}) for path, body in calls.items()}
    fact = event(of=ADA, at="2026-03-02T12:00:00Z", position="ats:job", recruiter="tom")
    answers["/v1/events"] = await maria.post("/v1/events", json=fact)

    assert {path: (one.status_code, one.json()["code"]) for path, one in answers.items()} == dict.fromkeys(
        answers, (403, "forbidden")
    )
    assert {one["id"] for one in await due(maria)} >= {item["id"]}
    assert await obligation(maria) == owed
    assert len((await maria.get(f"/v1/timelines/{ADA}")).json()["items"]) == 2


async def test_who_names_nobody_or_themselves_acts_as_the_session_s_recruiter(maria: httpx.AsyncClient) -> None:
    [item] = [one for one in await due(maria) if ADA in one["references"]]
    fact = event(of=ADA, at="2026-03-02T12:00:00Z", position="ats:job", recruiter="maria")

    claimed = await maria.post("/v1/queue/claims", json={"item": item["id"]})
    posted = await maria.post("/v1/events", json=fact)

    assert (claimed.status_code, posted.status_code) == (200, 201), claimed.text + posted.text
    held = await maria.get(f"/v1/queue/{item['id']}")
    assert (held.json()["status"], held.json()["recruiter"]) == ("claimed", "maria")


async def test_a_claim_that_no_page_of_ours_asked_for_is_refused(maria: httpx.AsyncClient) -> None:
    del maria.headers["X-CSRF-Token"]

    answer = await maria.post("/v1/queue/claims", json={"limit": 1})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")
    assert all(one["status"] == "due" for one in await due(maria))
