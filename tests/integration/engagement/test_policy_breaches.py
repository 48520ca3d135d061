"""Contacts that broke a rule, as they are listed and announced."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from services.engagement.contact_settings import ContactSettings
from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.derive_people import derive_all
from services.engagement.use_cases.remember_rules import remember_rules
from shared.db.engine import Sessions
from shared.events import CandidateChanged
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

PREFIX = "rekindle.policy_breach."
ADA = candidate_id("ats:ada")


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


async def listed(ats: Ats, **wanted: Any) -> list[Any]:
    answer = await ats.client.get("/v1/policy-breaches", params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def published(desk: Desk) -> list[tuple[str, str]]:
    """(event, code) of what was published of breaches, in order."""
    return [(one.type.removeprefix(PREFIX), one.raw["code"]) for one in await desk.events(PREFIX)]


async def contacted_twice(desk: Desk) -> None:
    await desk.post(
        event(at="2026-03-02T09:15:00Z", recruiter="maria"),
        event(at="2026-03-05T09:15:00Z", recruiter="jonas", position="ats:other", id="second"),
    )


async def test_a_breach_is_listed_and_announced_once(ats: Ats, desk: Desk) -> None:
    await contacted_twice(desk)
    await desk.deliver()

    [breach] = await listed(ats)
    assert (breach["code"], breach["recruiter"], breach["channel"]) == ("team_cap", "jonas", "email")
    assert (breach["candidate_id"], breach["references"]) == (str(ADA), ["ats:ada"])
    assert breach["sentence"] == "The team has contacted them once within 7 days, last on 2 March 2026 by maria."
    assert breach["made_at"] == "2026-03-05T09:15:00Z"
    assert await published(desk) == [("found", "team_cap")]


async def test_a_retracted_contact_withdraws_it(ats: Ats, desk: Desk) -> None:
    await contacted_twice(desk)
    await desk.post(retraction("ats:ada", id="second"))

    assert await listed(ats) == []
    assert await published(desk) == [("found", "team_cap"), ("withdrawn", "team_cap")]


async def test_each_filter_finds_what_it_names(ats: Ats, desk: Desk) -> None:
    await contacted_twice(desk)
    await desk.post(event(of="ats:bob", at="2026-03-07T12:00:00Z", recruiter="maria"))

    assert [one["code"] for one in await listed(ats)] == ["weekend", "team_cap"]
    assert [one["code"] for one in await listed(ats, recruiter="maria")] == ["weekend"]
    assert [one["code"] for one in await listed(ats, code="team_cap")] == ["team_cap"]
    assert [one["code"] for one in await listed(ats, candidate="ats:bob")] == ["weekend"]
    assert [one["code"] for one in await listed(ats, **{"from": "2026-03-06"})] == ["weekend"]
    assert [one["code"] for one in await listed(ats, to="2026-03-05")] == ["team_cap"]
    assert [one["code"] for one in await listed(ats, to="2026-03-05T09:15:00Z")] == []
    page = await ats.get("/v1/policy-breaches", limit=1)
    after = await ats.get("/v1/policy-breaches", limit=1, cursor=page["next_cursor"])
    assert [page["items"][0]["code"], after["items"][0]["code"], after["next_cursor"]] == ["weekend", "team_cap", None]
    assert (await ats.client.get("/v1/policy-breaches", params={"code": "rude"})).status_code == 422


async def test_where_the_person_lives_decides_once_it_is_known(ats: Ats, desk: Desk, settings: EngagementSettings) -> None:
    await desk.post(event(at="2026-03-02T06:00:00Z"))
    assert [one["code"] for one in await listed(ats)] == ["quiet_hours"]

    records = Records(desk.sessions, settings)
    await records.publish((ADA, CandidateChanged(candidate_id=ADA, person_id=ADA, time_zone="Asia/Tokyo")))
    assert await listed(ats) == []


async def test_breaches_go_by_the_rules_of_their_time(ats: Ats, desk: Desk, settings: EngagementSettings) -> None:
    assert await remember_rules(desk.sessions, settings, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert not await remember_rules(desk.sessions, settings, now=datetime(2026, 2, 1, tzinfo=UTC))
    loose = settings.model_copy(update={"contacts": ContactSettings(team_cap=2)})
    assert await remember_rules(desk.sessions, loose, now=datetime(2026, 4, 1, tzinfo=UTC))
    desk.settings = loose

    for month in ("03", "04"):
        for on in ("06", "07"):
            await desk.post(event(of=f"ats:{month}", at=f"2026-{month}-{on}T12:00:00Z"))

    assert [one["code"] for one in await listed(ats, candidate="ats:03", code="team_cap")] == ["team_cap"]
    assert await listed(ats, candidate="ats:04") == []


async def test_what_is_derived_anew_is_the_same_and_an_erasure_leaves_nothing(
    ats: Ats, desk: Desk, settings: EngagementSettings
) -> None:
    async def rows() -> list[tuple[Any, ...]]:
        async with desk.sessions.begin() as session:
            return [tuple(row) for row in await session.execute(text("SELECT * FROM policy_breaches ORDER BY id"))]

    await contacted_twice(desk)
    before = await rows()
    async with desk.sessions.begin() as session:
        await session.execute(text("DELETE FROM policy_breaches"))
    await derive_all(desk.sessions, now=datetime.now(UTC), settings=settings)
    assert await rows() == before != []

    await Records(desk.sessions, settings).erase(ADA)
    assert await rows() == []
    assert await listed(ats) == []
