"""GET /v1/activity: what happened since a time, newest first, in words, without names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.engagement.domain.activity import ActivityKind
from services.engagement.settings import EngagementSettings
from services.engagement.storage import activity
from services.engagement.use_cases.announce_due_items import announce_due_items
from shared.db.asyncpg_connection import driver
from shared.db.engine import Sessions
from shared.events import PositionChanged
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

BEGIN = "2026-03-01T00:00:00Z"


def on(day: int, hour: int = 12) -> str:
    return f"2026-03-{day:02}T{hour:02}:00:00Z"


async def items(ats: Ats, **asked: Any) -> list[dict[str, Any]]:
    answer = await ats.client.get("/v1/activity", params={"since": BEGIN} | asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def sentences(ats: Ats, **asked: Any) -> list[str]:
    return [one["sentence"] for one in await items(ats, **asked)]


async def post_the_news(ats: Ats) -> None:
    await ats.post(
        [
            event(at=on(2), recruiter="maria"),
            event("pursuit.responded", at=on(3), channel="email", mood="positive"),
            event("pursuit.responded", at=on(3, 13), channel="email", auto=True),
            event("pursuit.declined", at=on(4), reason="salary", facts={"asked": 85000, "currency": "EUR"}),
            event("candidate.signal_observed", at=on(5), signal="promoted"),
            event("pursuit.hired", of="ats:bob", at=on(6), recruiter="tom"),
        ],
        status=207,
    )


async def test_what_happened_is_said_newest_first(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await post_the_news(ats)
    snapshot = PositionChanged.model_validate({"position_id": position_id("ats:job"), "title": "Staff engineer"})
    await Records(engagement, settings).publish((position_id("ats:job"), snapshot))

    found = await items(ats)

    assert [(one["kind"], one["sentence"]) for one in found] == [
        ("hire", "Was hired: Staff engineer."),
        ("signal", "Promoted on 5 March 2026."),
        ("decline", "Declined for salary at 85,000 EUR in March 2026: Staff engineer."),
        ("reply", "Answered by e-mail about Staff engineer, in good spirits."),
    ]
    assert found[2] == {
        "kind": "decline",
        "at": on(4),
        "candidate_id": str(candidate_id("ats:ada")),
        "references": ["ats:ada"],
        "position_id": str(position_id("ats:job")),
        "position_references": ["ats:job"],
        "position_title": "Staff engineer",
        "recruiter": "maria",
        "sentence": "Declined for salary at 85,000 EUR in March 2026: Staff engineer.",
    }


async def test_it_is_filtered_by_time_kind_and_recruiter(ats: Ats) -> None:
    await post_the_news(ats)

    assert [one["kind"] for one in await items(ats, since=on(5))] == ["hire", "signal"]
    assert [one["kind"] for one in await items(ats, kind="reply")] == ["reply"]
    assert [one["kind"] for one in await items(ats, recruiter="tom")] == ["hire"]
    assert [one["kind"] for one in await items(ats, recruiter="maria")] == ["signal", "decline", "reply"]
    assert await items(ats, recruiter="ida") == []
    assert await ats.get("/v1/activity") == {"items": [], "next_cursor": None}
    for wrong in ({"kind": "gossip"}, {"since": "yesterday"}):
        assert (await ats.client.get("/v1/activity", params=wrong)).status_code == 422
    assert (await ats.client.get("/v1/activity", params={"until": on(5)})).status_code == 400


async def test_pages_hold_everything_once(ats: Ats) -> None:
    await ats.post([event("pursuit.responded", of=f"ats:{number}", at=on(3 + number // 5)) for number in range(20)], status=207)
    seen: list[str] = []
    asked: dict[str, str | int] = {"since": BEGIN, "limit": 3}
    while True:
        answer = await ats.client.get("/v1/activity", params=asked)
        seen += [one["references"][0] for one in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            break
        asked["cursor"] = answer.json()["next_cursor"]

    assert len(seen) == len(set(seen)) == 20


async def test_what_was_retracted_did_not_happen(ats: Ats) -> None:
    await ats.post(event("pursuit.declined", at=on(4), reason="salary", id="no-1"), status=201)
    await ats.post(event("pursuit.responded", at=on(3)), status=201)
    await ats.post(retraction("ats:ada", id="no-1"), status=201)

    assert [one["kind"] for one in await items(ats)] == ["reply"]


async def test_of_an_erased_person_nothing_is_said(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await post_the_news(ats)
    await Records(engagement, settings).erase(candidate_id("ats:ada"))

    assert [one["kind"] for one in await items(ats)] == ["hire"]


async def test_people_who_came_back_are_said_with_what_brought_them(
    ats: Ats, engagement: Sessions, settings: EngagementSettings
) -> None:
    desk = Desk(ats, engagement, settings)
    await desk.soft_no(on="2025-03-02", facts={"asked": 85000, "currency": "EUR"})
    await announce_due_items(engagement, now=datetime.now(UTC), settings=settings)

    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    assert await sentences(ats, since=since) == ["Back in the queue: the time has come (salary)."]


async def test_a_recruiter_reads_what_is_overdue(ats: Ats) -> None:
    await ats.post(event(at=on(2), recruiter="maria"), status=201)
    await ats.post(event("pursuit.responded", at=on(3, 9), channel="email", recruiter="maria"), status=201)
    await ats.follow()

    assert await sentences(ats, kind="overdue", recruiter="maria") == ["A reply to them is overdue since 5 March 2026."]


@pytest.mark.parametrize("kind", list(ActivityKind))
async def test_each_kind_is_read_by_an_index(engagement: Sessions, kind: ActivityKind) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    async with engagement.begin() as session:
        for setting in ("enable_seqscan", "enable_bitmapscan"):
            await session.execute(text(f"SET LOCAL {setting} = off"))
        query = activity.page_query([kind])
        rows = await (await driver(session)).fetch(f"EXPLAIN {query}", moment, moment, None, None, 10, None)

    assert not [row[0] for row in rows if "Seq Scan on log" in row[0] or "Seq Scan on queue_log" in row[0]]
