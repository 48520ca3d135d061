"""What we owe people, as it is listed, announced and waived."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from services.engagement.storage.due import is_anything_due
from services.engagement.use_cases.derive_people import derive_all
from services.engagement.use_cases.republish import EngagementHoldings
from services.engagement.use_cases.run_clock import tick
from services.engagement.use_cases.watch_obligations import watch_obligations
from shared.db.engine import Sessions
from shared.events import Topic
from shared.ids import candidate_id
from tests.integration.engagement.following import follow
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

PREFIX = "rekindle.obligation."


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """A desk at which it is Monday, the second of March."""
    return Desk(ats, engagement, settings, now=at("2026-03-02T12:00"))


async def published(desk: Desk) -> list[str]:
    """What was published of obligations, in order."""
    return [one.type.removeprefix(PREFIX) for one in await desk.events("rekindle.") if one.type.startswith(PREFIX)]


async def listed(ats: Ats, **wanted: Any) -> list[Any]:
    answer = await ats.client.get("/v1/obligations", params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def rows(engagement: Sessions) -> list[tuple[Any, ...]]:
    async with engagement.begin() as session:
        return [tuple(row) for row in await session.execute(text("SELECT * FROM obligations ORDER BY id"))]


async def test_a_reply_is_listed_with_all_that_is_known_of_it(ats: Ats, desk: Desk) -> None:
    await desk.post(
        event(at="2026-03-01T09:00:00Z", recruiter="maria"), event("pursuit.responded", at="2026-03-02T09:15:00Z", id="reply")
    )

    [reply] = await listed(ats)
    assert reply["kind"] == "reply"
    assert reply["status"] == "overdue"
    assert reply["candidate_id"] == str(candidate_id("ats:ada"))
    assert reply["references"] == ["ats:ada"]
    assert (reply["recruiter"], reply["met_at"], reply["waiver"]) == ("maria", None, None)
    assert (reply["made_at"], reply["warn_at"], reply["due_at"]) == (
        "2026-03-02T09:15:00Z",
        "2026-03-03T13:15:00Z",
        "2026-03-05T09:15:00Z",
    )


async def test_each_filter_finds_what_it_names(ats: Ats, desk: Desk) -> None:
    await desk.post(
        event("pursuit.applied", of="ats:ada", recruiter="maria"),
        event("pursuit.interviewed", of="ats:bob", recruiter="jonas"),
        event("candidate.followup_promised", of="ats:eve", recruiter="jonas", due_at="2199-01-01T00:00:00Z"),
        event("pursuit.feedback_given", of="ats:bob", at="2026-03-03T09:15:00Z"),
    )

    assert [one["kind"] for one in await listed(ats, recruiter="jonas")] == ["feedback", "promise"]
    assert [one["references"] for one in await listed(ats, kind="reply")] == [["ats:ada"]]
    assert [one["kind"] for one in await listed(ats, status="met")] == ["feedback"]
    assert [one["kind"] for one in await listed(ats, status="open")] == ["promise"]
    assert [one["kind"] for one in await listed(ats, status="overdue")] == ["reply"]
    assert [one["kind"] for one in await listed(ats, status=["open", "overdue"])] == ["reply", "promise"]
    assert await listed(ats, status="warned") == await listed(ats, status="waived") == []
    assert [one["kind"] for one in await listed(ats, candidate="ats:eve")] == ["promise"]


async def test_pages_follow_each_other(ats: Ats, desk: Desk) -> None:
    await desk.post(*[event("pursuit.applied", of=f"ats:{number}") for number in range(5)])

    seen, cursor = [], None
    while True:
        page = await ats.get("/v1/obligations", limit=2, **({} if cursor is None else {"cursor": cursor}))
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert (await ats.client.get("/v1/obligations", params={"cursor": "x"})).status_code == 400
    assert (await ats.client.get("/v1/obligations", params={"status": "withdrawn"})).status_code == 422


async def test_subscribers_hear_of_each_change_once(desk: Desk, settings: EngagementSettings) -> None:
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z"))
    assert await published(desk) == ["opened"]

    for moment, expected in (("2026-03-03T13:14", []), ("2026-03-03T13:15", ["warned"]), ("2026-03-05T09:15", ["overdue"])):
        before = await published(desk)
        for _ in range(2):
            await watch_obligations(desk.sessions, now=at(moment), settings=settings)
        assert (await published(desk))[len(before) :] == expected

    desk.now = at("2026-03-06T12:00")
    await desk.post(event(at="2026-03-06T09:00:00Z", purpose="reply", id="answer"))
    await desk.deliver()
    assert await published(desk) == ["opened", "warned", "overdue", "met"]

    await desk.post(retraction("ats:ada", id="answer"))
    assert (await published(desk))[4:] == ["overdue"]


async def test_facts_that_come_late_make_and_settle_in_one(desk: Desk) -> None:
    desk.now = at("2026-04-01T12:00")
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z", id="applied"))
    assert await published(desk) == ["opened", "overdue"]

    await desk.post(event(at="2026-03-04T09:15:00Z", purpose="reply"))
    assert (await published(desk))[2:] == ["met"]
    met = (await desk.events("rekindle."))[-1].raw
    assert (met["met_at"], met["due_at"]) == ("2026-03-04T09:15:00Z", "2026-03-05T09:15:00Z")

    await desk.post(retraction("ats:ada", id="applied"))
    assert (await published(desk))[3:] == ["withdrawn"]
    assert await rows(desk.sessions) == []


async def test_the_events_of_a_stream_are_numbered_and_kept(ats: Ats, desk: Desk) -> None:
    await desk.soft_no(on="2025-03-02")
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z", position="ats:other"))
    await watch_obligations(desk.sessions, now=at("2026-03-05T09:15"), settings=desk.settings)

    events = [one for one in await desk.events("rekindle.") if one.subject == candidate_id("ats:ada")]
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    async with desk.sessions.begin() as session:
        kept = await EngagementHoldings(12).events_after(session, Topic.REENGAGEMENT, candidate_id("ats:ada"), 0, 100)
    assert [(one.id, one.type, one.sequence, one.time, one.raw) for one in kept] == [
        (one.id, one.type, one.sequence, one.time, one.raw) for one in events
    ]


async def test_a_waiver_is_answered_alike_and_kept(ats: Ats, desk: Desk, settings: EngagementSettings) -> None:
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z"))
    [reply] = await listed(ats)
    body = {"reason": "answered by phone", "recruiter": "maria"}

    first = await ats.client.post(f"/v1/obligations/{reply['id']}/waiver", json=body)
    again = await ats.client.post(f"/v1/obligations/{reply['id']}/waiver", json=body)

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert first.json()["status"] == "waived"
    assert first.json()["waiver"]["reason"] == "answered by phone"
    assert await published(desk) == ["opened", "waived"]
    assert "answered" not in str((await desk.events("rekindle."))[-1].raw)
    other = await ats.client.post(f"/v1/obligations/{reply['id']}/waiver", json=body | {"reason": "no time"})
    assert (other.status_code, other.json()["type"].rsplit(":", 1)[-1]) == (409, "obligation_settled")

    before = await rows(desk.sessions)
    async with desk.sessions.begin() as session:
        await session.execute(text("DELETE FROM obligations"))
    await derive_all(desk.sessions, now=datetime.now(UTC), settings=settings)
    assert await rows(desk.sessions) == before


async def test_what_cannot_be_waived(ats: Ats, desk: Desk) -> None:
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z"), event(at="2026-03-03T09:15:00Z"))
    [reply] = await listed(ats)
    body = {"reason": "answered", "recruiter": "maria"}

    answer = await ats.client.post(f"/v1/obligations/{reply['id']}/waiver", json=body)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (409, "obligation_settled")
    answer = await ats.client.post(f"/v1/obligations/{candidate_id('ats:x')}/waiver", json=body)
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (404, "obligation_unknown")
    for wrong in ({"recruiter": "maria"}, {"reason": " ", "recruiter": "maria"}, {"reason": "answered"}):
        assert (await ats.client.post(f"/v1/obligations/{reply['id']}/waiver", json=wrong)).status_code == 422


async def test_links_move_what_is_owed_and_the_other_stream_settles_it(
    ats: Ats, desk: Desk, settings: EngagementSettings
) -> None:
    records = Records(desk.sessions, settings)
    ada, twin = candidate_id("ats:ada"), candidate_id("gem:ada")
    await desk.post(event("pursuit.applied", at="2026-03-02T09:15:00Z"), event(of="gem:ada", at="2026-03-03T09:15:00Z"))
    assert [one["status"] for one in await listed(ats)] == ["overdue"]

    await records.link(ada, twin)
    assert [(one["candidate_id"], one["status"]) for one in await listed(ats, candidate="ats:ada")] == [(str(twin), "met")]

    await records.link(ada, ada)
    assert [(one["candidate_id"], one["status"]) for one in await listed(ats, candidate="ats:ada")] == [(str(ada), "overdue")]
    assert await listed(ats, candidate="gem:ada") == []
    assert await published(desk) == ["opened", "met", "overdue"]


async def test_an_erasure_leaves_nothing_of_what_was_owed(ats: Ats, desk: Desk, settings: EngagementSettings) -> None:
    records = Records(desk.sessions, settings)
    ada, twin = candidate_id("ats:ada"), candidate_id("gem:ada")
    await desk.post(event("pursuit.applied"), event("pursuit.applied", of="gem:ada"))
    await records.link(ada, twin)
    [first, second] = await listed(ats)
    for one in (first, second):
        body = {"reason": "Ada Byron was called", "recruiter": "maria"}
        assert (await ats.client.post(f"/v1/obligations/{one['id']}/waiver", json=body)).status_code == 200

    await records.erase(ada)

    assert len(await listed(ats)) == 1
    await records.erase(twin)
    assert await listed(ats) == []
    async with desk.sessions.begin() as session:
        for table in ("obligations", "obligation_waivers"):
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        left = await session.scalars(text("SELECT DISTINCT type FROM announcements"))
        assert left.all() == ["rekindle.queue_item.erased"]
    assert {one.type for one in await desk.events("rekindle.")} == {"rekindle.queue_item.erased"}


async def test_two_clocks_and_a_writer_move_each_obligation_once(ats: Ats, desk: Desk, settings: EngagementSettings) -> None:
    people = [f"ats:{number}" for number in range(60)]
    await ats.post([event("pursuit.applied", of=one, at="2026-03-02T09:15:00Z") for one in people], status=207)
    await follow(desk.sessions, settings, now=desk.now)
    working = False

    async def clock(since: int, until: int) -> None:
        for hours in range(since, until, 4):
            await watch_obligations(desk.sessions, now=at("2026-03-02T10:00") + timedelta(hours=hours), settings=settings)

    async def derive() -> None:
        while working:  # behind the clocks, as a consumer may be
            await derive_all(desk.sessions, now=at("2026-03-02T10:00"), settings=settings)

    for since, until in ((0, 32), (32, 80)):  # until all are warned, and until all are overdue
        working = True
        deriving = asyncio.create_task(derive())
        await asyncio.gather(clock(since, until), clock(since, until))
        working = False
        await deriving
        await clock(until - 4, until)  # whoever was worked on was passed over

    assert Counter(await published(desk)) == {"opened": 60, "warned": 60, "overdue": 60}
    await tick(desk.sessions, now=at("2026-03-06T10:00"), settings=settings)
    await derive_all(desk.sessions, now=at("2026-03-02T10:00"), settings=settings)  # a moment behind: it takes nothing back
    items = (await ats.client.get("/v1/queue", params={"trigger": "obligation_overdue", "limit": 200})).json()["items"]
    assert len(items) == 60
    async with desk.sessions.own_connection() as connection:
        assert not await is_anything_due(connection, at("2026-03-06T10:00"))


async def test_whoever_was_only_named_has_not_applied_and_is_owed_nothing(ats: Ats, desk: Desk) -> None:
    await desk.post(
        event("pursuit.sourced", at="2026-03-02T09:00:00Z", via="referral"),
        event("pursuit.applied", of="ats:bob", at="2026-03-02T09:00:00Z", via="referral"),
    )

    named, applied = await ats.pursuit("ats:ada"), await ats.pursuit("ats:bob")

    assert [(one["attempts"][0]["origin"], one["attempts"][0]["via"]) for one in (named, applied)] == [
        ("outbound", "referral"),
        ("inbound", "referral"),
    ]
    assert [one["candidate_id"] for one in await listed(ats)] == [str(candidate_id("ats:bob"))]
