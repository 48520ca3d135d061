"""POST /v1/returns/preview: whom a change would bring back, by reason, and what each further step would bring."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from services.engagement.use_cases.dismiss_item import dismiss_item
from services.engagement.use_cases.restore_item import restore_item
from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records
from tests.integration.engagement.test_positions_bring_back import job


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """Three who asked for more, two who want to work remotely, and one whom nothing but time brings back."""
    found = Desk(ats, engagement, settings)
    for name, asked in (("ada", 90_000), ("bob", 100_000), ("cyd", 130_000)):
        await found.soft_no(f"ats:{name}", reason="salary", facts={"asked": asked, "currency": "EUR"})
    for name in ("dan", "eve"):
        await found.soft_no(f"ats:{name}", reason="location", facts={"remote": True})
    await found.soft_no("ats:flo", reason="timing")
    return found


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


PAYS_90: dict[str, Any] = {"salary_max": 90_000, "salary_currency": "EUR", "remote": False}


async def preview(ats: Ats, changes: dict[str, Any], *, status: int = 200, position: str = "ats:remote", **page: Any) -> Any:
    answer = await ats.client.post("/v1/returns/preview", json={"position": position, "changes": changes}, params=page)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_change_says_whom_it_would_bring_back_and_what_one_step_more_would(desk: Desk, records: Records) -> None:
    await records.publish(job(**PAYS_90))

    found = await preview(desk.ats, {"salary": {"max": 110_000}})

    assert found["now"] == {"people": 1, "by_reason": {"salary": 1}}
    assert found["changed"] == {"people": 2, "by_reason": {"salary": 2}}
    assert {(one["sentence"], one["references"][0]) for one in found["candidates"]} == {
        ("This role pays to 110,000 EUR.", "ats:ada"),
        ("This role pays to 110,000 EUR.", "ats:bob"),
    }
    steps = {str(step["change"]): (step["people"], step["more"]) for step in found["steps"]}
    assert steps == {
        "{'salary': {'max': 120000.0, 'currency': 'EUR'}}": (2, 0),
        "{'salary': {'max': 130000.0, 'currency': 'EUR'}}": (3, 1),
        "{'salary': {'max': 140000.0, 'currency': 'EUR'}}": (3, 1),
        "{'remote': True}": (4, 2),
    }


async def test_a_draft_brings_nobody_back_now_and_is_changed_as_if_it_were_open(desk: Desk, records: Records) -> None:
    await records.publish(job(status="draft", **PAYS_90 | {"remote": True}))

    found = await preview(desk.ats, {})
    on_hold = await preview(desk.ats, {"status": "on_hold"})

    assert found["now"] == on_hold["changed"] == {"people": 0, "by_reason": {}}
    assert found["changed"] == {"people": 3, "by_reason": {"location": 2, "salary": 1}}


async def test_the_preview_says_whom_the_change_then_brings_back(desk: Desk, records: Records) -> None:
    await records.publish(job(**PAYS_90))
    previewed = await preview(desk.ats, {"remote": True, "salary": {"max": 100_000}})

    await records.publish(job(**PAYS_90 | {"remote": True, "salary_max": 100_000}))

    listed = await desk.listed(datetime.now(UTC))
    brought = [one.item.person_id for one in listed if any(why.trigger == "position_opened" for why in one.item.reasons)]
    assert sorted(map(str, brought)) == [one["candidate_id"] for one in previewed["candidates"]]
    assert len(brought) == previewed["changed"]["people"] == 4


async def test_who_dismissed_it_is_in_play_or_hired_is_not_counted(desk: Desk, records: Records) -> None:
    await records.publish(job(remote=True))
    for name in ("dan", "eve"):
        assert candidate_id(f"ats:{name}") in {one.item.person_id for one in await desk.listed(datetime.now(UTC))}
    item, lease = await desk.claim_one(datetime.now(UTC))
    await dismiss_item(desk.sessions, item, lease=lease, reason="knows us", now=datetime.now(UTC), settings=desk.settings)
    assert (await preview(desk.ats, {}))["now"]["people"] == 1
    await restore_item(desk.sessions, item, lease=lease, now=datetime.now(UTC), settings=desk.settings)
    assert (await preview(desk.ats, {}))["now"]["people"] == 2, "a dismissal that was taken back bars nothing"
    at = datetime.now(UTC).isoformat()

    await desk.post(*(event("pursuit.interested", of=f"ats:{name}", position="ats:other", at=at) for name in ("dan", "eve")))

    assert (await preview(desk.ats, {}))["now"]["people"] == 0


async def test_candidates_come_by_pages(desk: Desk, records: Records) -> None:
    await records.publish(job(remote=True, salary_max=100_000, salary_currency="EUR"))
    first = await preview(desk.ats, {}, limit=3)
    second = await preview(desk.ats, {}, limit=3, cursor=first["next_cursor"])

    assert second["next_cursor"] is None
    seen = [one["candidate_id"] for page in (first, second) for one in page["candidates"]]
    assert seen == sorted(str(candidate_id(f"ats:{name}")) for name in ("ada", "bob", "dan", "eve"))


async def test_an_unknown_position_is_a_404_and_a_wrong_change_a_422(desk: Desk, records: Records) -> None:
    unknown = await preview(desk.ats, {}, position="ats:nothing", status=404)
    wrong = await preview(desk.ats, {"salary": {"max": -1}, "colour": "red"}, status=422)

    assert unknown["type"].endswith("position_unknown")
    assert {error["field"] for error in wrong["errors"]} == {"changes.salary.max", "changes.colour"}
