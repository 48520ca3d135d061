"""What facts say that somebody should look at is listed and counted, and leaves the list when it holds no longer."""

from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

NONE = {"bounced": 0, "no_shows": 0, "hard_nos": 0, "soft_nos_without_facts": 0, "contradictions": 0}


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


async def counts(ats: Ats) -> dict[str, int]:
    """How many people are in each list."""
    items = (await ats.get("/v1/engagement/cleansing"))["items"]
    assert all(one["cost"] and one["title"] for one in items)
    return {one["name"]: one["people"] for one in items}


async def listed(ats: Ats, name: str) -> list[Any]:
    items: list[Any] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await ats.get(f"/v1/engagement/cleansing/{name}", limit=1, **cursor)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


async def test_each_list_holds_whom_it_is_about_with_why_since_when_and_in_whose_pursuit(ats: Ats, desk: Desk) -> None:
    hard = {"reason": "career_change", "evidence": "a letter", "decided_by": "maria"}
    await desk.post(
        event("candidate.bounced", of="ats:lost", at="2026-03-01T09:00:00Z", channel="email"),
        event("pursuit.no_show", of="ats:away", at="2026-03-02T09:00:00Z"),
        event("candidate.hard_no_set", of="ats:rude", at="2026-03-03T09:00:00Z", **hard),
        event("pursuit.declined", of="ats:vague", at="2026-03-04T09:00:00Z", reason="salary"),
        event("pursuit.rejected", of="ats:silent", at="2026-03-04T09:00:00Z"),
        event("pursuit.hired", of="ats:both", at="2026-03-05T09:00:00Z"),
        event("pursuit.rejected", of="ats:both", at="2026-03-06T09:00:00Z", reason="skills", facts={"missing_skills": ["go"]}),
        event(
            "pursuit.declined", of="ats:clear", at="2026-03-04T09:00:00Z", reason="salary", facts={"asked": 9, "currency": "EUR"}
        ),
    )

    assert await counts(ats) == {
        "bounced": 1,
        "no_shows": 1,
        "hard_nos": 1,
        "soft_nos_without_facts": 2,
        "contradictions": 1,
    }
    [lost] = await listed(ats, "bounced")
    assert (lost["candidate_id"], lost["references"]) == (str(candidate_id("ats:lost")), ["ats:lost"])
    assert (lost["since"], lost["position_id"], len(lost["why"])) == ("2026-03-01T09:00:00Z", None, 1)
    [both] = await listed(ats, "contradictions")
    assert (both["since"], both["position_id"]) == ("2026-03-06T09:00:00Z", str(position_id("ats:job")))
    vague = await listed(ats, "soft_nos_without_facts")
    assert {one["references"][0] for one in vague} == {"ats:vague", "ats:silent"}


async def test_what_is_put_right_leaves_its_list(ats: Ats, desk: Desk) -> None:
    await desk.post(
        event("candidate.bounced", at="2026-03-01T09:00:00Z", channel="email"),
        event("pursuit.declined", at="2026-03-04T09:00:00Z", reason="salary", id="vague"),
        event("pursuit.no_show", of="ats:away", at="2026-03-02T09:00:00Z"),
    )
    assert await counts(ats) == NONE | {"bounced": 1, "soft_nos_without_facts": 1, "no_shows": 1}

    await desk.post(
        event("pursuit.responded", at="2026-03-05T09:00:00Z", channel="email", mood="positive"),
        retraction("ats:ada", id="vague"),
        event("pursuit.interviewed", of="ats:away", at="2026-03-09T09:00:00Z"),
    )

    assert await counts(ats) == NONE


async def test_of_one_person_with_two_names_there_is_one_row_and_none_after_the_erasure(
    ats: Ats, desk: Desk, records: Records
) -> None:
    await desk.post(
        event("pursuit.declined", of="ats:ada", at="2026-03-01T09:00:00Z", reason="salary"),
        event("pursuit.declined", of="gem:ada", at="2026-03-02T09:00:00Z", reason="salary", position="ats:other"),
    )
    assert (await counts(ats))["soft_nos_without_facts"] == 2

    await records.link(candidate_id("gem:ada"), candidate_id("ats:ada"))

    [one] = await listed(ats, "soft_nos_without_facts")
    assert (one["references"], one["position_id"]) == (["ats:ada", "gem:ada"], str(position_id("ats:other")))

    await records.erase(candidate_id("ats:ada"), candidate_id("gem:ada"))
    assert await counts(ats) == NONE


async def test_a_list_that_is_not_here_is_not_found(ats: Ats) -> None:
    unknown = await ats.get("/v1/engagement/cleansing/stale", status=404)

    assert unknown["code"] == "cleansing_list_unknown"
