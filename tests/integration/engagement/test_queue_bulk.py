"""Many items at once: snoozed and dismissed by ids or by a filter, each once, none that another recruiter holds."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.engagement.domain.queue import QueueStatus, item_id
from services.engagement.domain.queue_log import Action, Done
from services.engagement.settings import EngagementSettings
from services.engagement.storage.queue import Wanted
from services.engagement.use_cases.announce_due_items import announce_due_items
from services.engagement.use_cases.derive_people import derive_all
from services.engagement.use_cases.finish_many import Bulk, finish_many, finish_wanted
from shared.db.engine import Sessions, connect
from shared.events import CandidateChanged
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk, at
from tests.integration.engagement.records import Records
from tests.integration.shared.commit_proxy import commit_proxy

DUE, LATER = at("2026-09-01"), at("2026-12-01")
AHEAD = (datetime.now(UTC) + timedelta(days=30)).isoformat()


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """A queue with six items that are due."""
    desk = Desk(ats, engagement, settings)
    for number in range(6):
        await desk.soft_no(f"ats:{number}", reason="salary" if number % 2 else "skills", on="2025-03-02")
    return desk


def item(number: int) -> UUID:
    return item_id(candidate_id(f"ats:{number}"))


def snoozing(request: UUID | None = None, recruiter: str = "maria") -> Bulk:
    return Bulk(Done(Action.SNOOZED, until=LATER), recruiter, request or uuid4())


async def post(desk: Desk, what: str, body: dict[str, Any], *, status: int = 207, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await desk.ats.client.post(f"/v1/queue/{what}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def logged(desk: Desk) -> list[str]:
    return [one.type.removeprefix("rekindle.queue_item.") for one in await desk.events()]


async def test_items_are_snoozed_by_id_and_each_has_its_answer(desk: Desk) -> None:
    [other] = (await post(desk, "claims", {"recruiter": "tom", "limit": 1}, status=200))["items"]
    free = [number for number in range(6) if str(item(number)) != other["id"]]
    unknown = uuid4()
    body = {"recruiter": "maria", "ids": [str(item(free[0])), other["id"], str(unknown)], "until": AHEAD}

    answer = await post(desk, "snoozes", body)

    assert (answer["changed"], answer["more"]) == (1, False)
    assert [(one["index"], one["status"]) for one in answer["items"]] == [(0, 200), (1, 409), (2, 404)]
    assert answer["items"][0]["answer"]["status"] == "snoozed"
    assert (answer["items"][1]["problem"]["code"], answer["items"][1]["problem"]["held_by"]) == ("lease_lost", "tom")
    assert answer["items"][2]["problem"]["code"] == "queue_item_unknown"


async def test_items_are_dismissed_by_a_filter(desk: Desk) -> None:
    answer = await post(desk, "dismissals", {"recruiter": "maria", "filter": {"reason": "skills"}, "reason": "no team any more"})

    assert answer["changed"] == 3
    assert {one["answer"]["status"] for one in answer["items"]} == {None}
    assert sorted(one["reasons"][0]["reason"] for one in (await desk.ats.get("/v1/queue"))["items"]) == ["salary"] * 3


async def test_what_a_recruiter_holds_is_let_go_with_it(desk: Desk) -> None:
    [held] = (await post(desk, "claims", {"recruiter": "maria", "limit": 1}, status=200))["items"]
    await post(desk, "snoozes", {"recruiter": "maria", "ids": [held["id"]], "until": AHEAD})

    again = await post(desk, f"{held['id']}/completion", {"lease": held["lease"], "outcome": "contacted"}, status=409)
    assert (again["code"], again["done"]["action"]) == ("lease_used", "snoozed")


async def test_what_is_planned_for_later_can_be_put_off_but_not_taken_out(desk: Desk) -> None:
    body = {"recruiter": "maria", "ids": [str(item(1))]}
    await post(desk, "snoozes", body | {"until": AHEAD})
    refused = await post(desk, "dismissals", body | {"reason": "x"})
    later = await post(desk, "snoozes", body | {"until": (datetime.now(UTC) + timedelta(days=60)).isoformat()})

    assert [one["problem"]["code"] for one in refused["items"]] == ["queue_item_not_due"]
    assert later["items"][0]["answer"]["status"] == "snoozed"


async def test_what_left_the_queue_is_refused_for_itself(desk: Desk) -> None:
    await desk.post(event("pursuit.interested", of="ats:1", at=datetime.now(UTC).isoformat(), position="ats:other"))
    await post(desk, "dismissals", {"recruiter": "maria", "ids": [str(item(2))], "reason": "x"})
    body = {"recruiter": "maria", "ids": [str(item(1)), str(item(2)), str(item(3))], "until": AHEAD}

    answer = await post(desk, "snoozes", body)

    assert [one["status"] for one in answer["items"]] == [409, 409, 200]
    assert {one["problem"]["code"] for one in answer["items"][:2]} == {"queue_item_not_live"}
    assert "in play" in answer["items"][0]["problem"]["detail"]


async def test_an_item_of_a_person_who_became_another_hinders_nothing_until_both_are_derived(
    desk: Desk, engagement: Sessions, settings: EngagementSettings
) -> None:
    twin, person = candidate_id("ats:1"), candidate_id("ats:0")
    await Records(engagement, settings).take_over((twin, CandidateChanged(candidate_id=twin, person_id=person)))
    body = {"recruiter": "maria", "ids": [str(item(1)), str(item(2))], "until": AHEAD}

    announced = await announce_due_items(engagement, now=datetime.now(UTC), settings=settings)
    answer = await post(desk, "snoozes", body)

    assert announced == 5
    assert [one["status"] for one in answer["items"]] == [409, 200]
    assert answer["items"][0]["problem"]["code"] == "queue_item_not_live"
    assert "became one with another" in answer["items"][0]["problem"]["detail"]


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("snoozes", {"recruiter": "maria", "until": AHEAD}, "body"),
        ("snoozes", {"recruiter": "maria", "until": AHEAD, "ids": [], "filter": None}, "ids"),
        ("snoozes", {"recruiter": "maria", "until": AHEAD, "ids": [str(uuid4())], "filter": {}}, "body"),
        ("snoozes", {"recruiter": "maria", "until": AHEAD, "ids": [str(uuid4())] * 1001}, "ids"),
        ("snoozes", {"recruiter": "maria", "until": "2020-01-01T00:00:00Z", "filter": {}}, "until"),
        ("snoozes", {"until": AHEAD, "filter": {}}, "recruiter"),
        ("dismissals", {"recruiter": "maria", "filter": {"colour": "red"}, "reason": "x"}, "filter.colour"),
        ("dismissals", {"recruiter": "maria", "filter": {}}, "reason"),
    ],
)
async def test_what_cannot_be_done_is_refused_by_field_and_changes_nothing(
    desk: Desk, what: str, body: dict[str, Any], field: str
) -> None:
    refused = await post(desk, what, body, status=422)

    assert [one["field"] for one in refused["errors"]] == [field]
    assert [one["status"] for one in (await desk.ats.get("/v1/queue"))["items"]] == ["due"] * 6


async def test_the_same_request_acts_once_on_each(desk: Desk) -> None:
    request = uuid4()
    once, more = await finish_wanted(desk.sessions, Wanted(QueueStatus.DUE), snoozing(request), now=DUE, settings=desk.settings)
    again, _ = await finish_wanted(desk.sessions, Wanted(QueueStatus.DUE), snoozing(request), now=DUE, settings=desk.settings)

    assert (len(once), more, dict(again)) == (6, False, dict(once))
    assert (await logged(desk)).count("snoozed") == 6


async def test_a_commit_that_was_not_acknowledged_snoozes_once(desk: Desk, engagement: Sessions) -> None:
    async with commit_proxy(engagement.engine.url.render_as_string(hide_password=False)) as proxy:
        far = connect(proxy.url, pool_size=2)
        proxy.lose_answer_to()
        done = await finish_many(far, [item(0), item(1)], snoozing(), now=DUE, settings=desk.settings)
        await far.close()

    assert proxy.lost == 1
    assert {getattr(one, "status", None) for one in done.values()} == {QueueStatus.SNOOZED}
    assert (await logged(desk)).count("snoozed") == 2


async def test_bulk_actions_claims_and_facts_at_once_lose_nothing(desk: Desk) -> None:
    ids = [item(number) for number in range(6)]
    for number in range(6):
        await desk.ats.post(event("candidate.rated_us", of=f"ats:{number}", at="2026-03-05", score=7), status=201)

    bulks = [finish_many(desk.sessions, ids, snoozing(recruiter=f"r{n}"), now=DUE, settings=desk.settings) for n in range(4)]
    claims = [desk.claim(DUE, recruiter=f"r{number}", limit=2) for number in range(4)]
    await asyncio.gather(*bulks, *claims, desk.deliver())
    live = await desk.rows()
    await derive_all(desk.sessions, now=DUE, settings=desk.settings)

    assert await desk.rows() == live
    assert (await logged(desk)).count("snoozed") >= 4
