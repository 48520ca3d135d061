"""/v1/queue over HTTP: the shapes that clients rely on, and what is refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.engagement.main import create_app
from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.events import PositionChanged
from shared.ids import candidate_id, position_id
from shared.security.token_issuer import issue_token
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records


@pytest.fixture
async def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    """A queue with one item that is due: Ada declined for salary a year ago."""
    desk = Desk(ats, engagement, settings)
    await desk.soft_no(on="2025-03-02", facts={"asked": 85000, "currency": "EUR"})
    return desk


async def post(desk: Desk, path: str, body: Any, *, status: int = 200, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = await desk.ats.client.post(f"/v1/queue/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


async def claim(desk: Desk) -> dict[str, Any]:
    [item] = (await post(desk, "claims", {"recruiter": "maria", "limit": 1, "lease_seconds": 60}))["items"]
    found: dict[str, Any] = item
    return found


async def test_a_claim_is_for_the_recruiter_whom_the_token_names(desk: Desk, settings: EngagementSettings, keys: Path) -> None:
    issuer = "https://login.example.org"
    of_issuer = {
        "oidc_issuer": issuer,
        "oidc_audience": issuer,
        "oidc_recruiter_claim": "sub",
        "oidc_jwks_file": settings.jwks_file,
    }
    app = create_app(settings.model_copy(update=of_issuer))
    token = issue_token(keys, issuer=issuer, name="maria", scopes=["engagement:write"], expires_in=timedelta(hours=1))
    transport, headers = httpx.ASGITransport(app), {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://engagement", headers=headers) as client:
        answer = await client.post("/v1/queue/claims", json={"limit": 1})
    await app.state.sessions.close()

    assert (answer.status_code, len(answer.json()["items"])) == (200, 1)
    assert [one["recruiter"] for one in (await desk.ats.get("/v1/queue"))["items"]] == ["maria"]


async def test_an_item_is_told_as_the_api_says(desk: Desk) -> None:
    answer = await desk.ats.get("/v1/queue")

    [item] = answer["items"]
    assert answer["next_cursor"] is None
    assert item["candidate_id"] == str(candidate_id("ats:ada"))
    assert item["references"] == ["ats:ada"]
    assert item["status"] == "due"
    assert item["due_at"] == "2025-08-29T12:00:00Z"
    assert item["explanation"] == ("Declined for salary at 85,000 EUR in March 2025; replied within a day after the first touch.")
    assert (item["priority"], item["parts"]) == (
        40,
        [
            {"factor": "stage", "points": 25, "why": "Answered us."},
            {"factor": "response_time", "points": 15, "why": "Answered within a day."},
        ],
    )
    assert item["reasons"] == [
        {
            "position_id": str(position_id("ats:job")),
            "position_references": ["ats:job"],
            "position_title": None,
            "reason": "salary",
            "due_at": "2025-08-29T12:00:00Z",
            "trigger": "time",
            "obligation_id": None,
            "kind": None,
            "recruiter": None,
        }
    ]


async def test_items_and_pursuits_say_what_their_position_is_called(
    desk: Desk, engagement: Sessions, settings: EngagementSettings
) -> None:
    job, records = position_id("ats:job"), Records(engagement, settings)

    async def called() -> list[tuple[list[str], str | None]]:
        [item] = (await desk.ats.get("/v1/queue"))["items"]
        shown = [*item["reasons"], await desk.ats.pursuit()]
        return [(one["position_references"], one["position_title"]) for one in shown]

    await records.publish((job, PositionChanged(position_id=job, reference="ats:job", title="Data engineer")))
    assert await called() == [(["ats:job"], "Data engineer")] * 2
    await records.publish((job, PositionChanged(position_id=job, reference="ats:job", title="Senior data engineer")))
    assert await called() == [(["ats:job"], "Senior data engineer")] * 2
    # What was published before snapshots had names.
    await records.publish((job, PositionChanged(position_id=job)))
    assert await called() == [(["ats:job"], None)] * 2


async def test_a_position_that_events_name_by_id_is_called_as_its_record_says(
    desk: Desk, engagement: Sessions, settings: EngagementSettings
) -> None:
    other = position_id("ats:other")
    await desk.post(event(of="ats:bob", position=str(other)))
    assert (await desk.ats.pursuit("ats:bob", str(other)))["position_references"] == []

    await Records(engagement, settings).publish((other, PositionChanged(position_id=other, reference="ats:other", title="CTO")))

    pursuit = await desk.ats.pursuit("ats:bob", str(other))
    assert (pursuit["position_references"], pursuit["position_title"]) == (["ats:other"], "CTO")


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"status": "due"}, 1),
        ({"status": "scheduled"}, 0),
        ({"status": "claimed"}, 0),
        ({"status": "snoozed"}, 0),
        ({"reason": "salary"}, 1),
        ({"reason": "location"}, 0),
        ({"position": "ats:job"}, 1),
        ({"position": "ats:other"}, 0),
        ({"min_priority": 1}, 1),
        ({"min_priority": 100}, 0),
    ],
)
async def test_the_queue_can_be_filtered(desk: Desk, params: dict[str, Any], count: int) -> None:
    assert len((await desk.ats.client.get("/v1/queue", params=params)).json()["items"]) == count


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"status": "lost"}, 422),
        ({"reason": "weather"}, 422),
        ({"position": "no reference"}, 422),
        ({"min_priority": 101}, 422),
        ({"limit": 0}, 422),
        ({"limit": 201}, 422),
        ({"colour": "red"}, 400),
        ({"cursor": "abc"}, 400),
    ],
)
async def test_a_bad_filter_is_refused_by_its_name(desk: Desk, params: dict[str, Any], status: int) -> None:
    problem = (await desk.ats.client.get("/v1/queue", params=params)).json()

    assert problem["status"] == status
    assert [one["field"] for one in problem["errors"]] == list(params)


async def test_the_counts_of_the_queue_take_the_filters_of_the_list(desk: Desk) -> None:
    await desk.soft_no("ats:bob", on="2025-03-02", reason="timing")
    await claim(desk)

    counts = await desk.ats.get("/v1/queue/counts")
    assert counts == {"due": 1, "claimed": 1, "snoozed": 0, "scheduled": 0}
    assert sum((await desk.ats.get("/v1/queue/counts", reason="timing")).values()) == 1
    assert (await desk.ats.get("/v1/queue/counts", recruiter="maria"))["claimed"] == 1
    assert [one["recruiter"] for one in (await desk.ats.get("/v1/queue", recruiter="maria"))["items"]] == ["maria"]
    problem = (await desk.ats.client.get("/v1/queue/counts", params={"status": "due"})).json()
    assert (problem["status"], problem["errors"][0]["field"]) == (400, "status")


async def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk) -> None:
    for number in range(7):
        await desk.soft_no(f"ats:{number}", on="2025-03-02", reason="timing" if number % 2 else "salary")

    seen: list[str] = []
    cursor = None
    while True:
        page = await desk.ats.get("/v1/queue", limit=3, **({} if cursor is None else {"cursor": cursor}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 8
    assert seen == [item["id"] for item in (await desk.ats.get("/v1/queue", limit=200))["items"]]


async def test_a_cursor_of_another_list_is_refused(desk: Desk) -> None:
    await desk.soft_no("ats:bob", on="2025-03-02")
    cursor = (await desk.ats.get("/v1/queue", limit=1))["next_cursor"]

    problem = await desk.ats.get("/v1/queue", limit=1, cursor=cursor, reason="salary", status=400)

    assert problem["code"] == "invalid_cursor"


async def test_a_claim_hands_out_leases(desk: Desk) -> None:
    item = await claim(desk)

    assert item["status"] == "claimed"
    assert item["recruiter"] == "maria"
    expires = datetime.fromisoformat(item["lease_expires_at"])
    assert timedelta(seconds=30) < expires - datetime.now(UTC) <= timedelta(seconds=60)
    assert (await post(desk, "claims", {"recruiter": "noa"}))["items"] == []
    [listed] = (await desk.ats.get("/v1/queue"))["items"]
    assert "lease" not in listed


async def test_completing_moves_the_item(desk: Desk) -> None:
    item = await claim(desk)

    moved = await post(desk, f"{item['id']}/completion", {"lease": item["lease"], "outcome": "contacted"})

    assert moved == {"id": item["id"], "status": None, "due_at": None}
    assert (await desk.ats.get("/v1/queue"))["items"] == []


async def test_snoozing_moves_the_item(desk: Desk) -> None:
    item = await claim(desk)
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")

    moved = await post(desk, f"{item['id']}/snooze", {"lease": item["lease"], "until": until})

    assert moved["status"] == "snoozed"
    assert datetime.fromisoformat(moved["due_at"]) == datetime.fromisoformat(until)


async def test_dismissing_moves_the_item(desk: Desk) -> None:
    item = await claim(desk)

    moved = await post(desk, f"{item['id']}/dismissal", {"lease": item["lease"], "reason": "moved abroad"})

    assert moved["status"] is None


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("completion", {"outcome": "no_fit"}),
        ("completion", {"outcome": "wrong_time"}),
        ("snooze", {"until": "2099-01-01T00:00:00Z"}),
        ("dismissal", {"reason": "moved abroad"}),
    ],
)
async def test_what_was_done_is_taken_back_and_can_be_done_again(desk: Desk, action: str, body: dict[str, str]) -> None:
    item = await claim(desk)
    lease, before = {"lease": item["lease"]}, await desk.ats.get(f"/v1/queue/{item['id']}")
    done = await post(desk, f"{item['id']}/{action}", lease | body)

    undone = [await post(desk, f"{item['id']}/undo", lease) for _ in range(2)]

    assert {one["status"] for one in undone} == {"claimed"}
    assert await desk.ats.get(f"/v1/queue/{item['id']}") == before
    assert (await post(desk, f"{item['id']}/{action}", lease | body))["status"] == done["status"]


async def test_nothing_done_and_an_unknown_item_cannot_be_undone(desk: Desk) -> None:
    item = await claim(desk)

    assert (await post(desk, f"{item['id']}/undo", {"lease": item["lease"]}, status=409))["code"] == "nothing_to_undo"
    assert (await post(desk, f"{uuid4()}/undo", {"lease": item["lease"]}, status=404))["code"] == "queue_item_unknown"
    assert (await post(desk, f"{item['id']}/undo", {"lease": str(uuid4())}, status=409))["code"] == "lease_lost"


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("completion", {"outcome": "maybe"}, "outcome"),
        ("completion", {}, "outcome"),
        ("completion", {"outcome": "contacted", "lease": "x"}, "lease"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, "until"),
        ("snooze", {"until": "tomorrow"}, "until"),
        ("snooze", {}, "until"),
        ("dismissal", {"reason": "  "}, "reason"),
        ("dismissal", {}, "reason"),
        ("dismissal", {"reason": "x", "colour": "red"}, "colour"),
    ],
)
async def test_a_bad_body_is_refused_by_its_field_and_changes_nothing(
    desk: Desk, action: str, body: dict[str, Any], field: str
) -> None:
    item = await claim(desk)

    problem = await post(desk, f"{item['id']}/{action}", {"lease": item["lease"]} | body, status=422)

    assert [one["field"] for one in problem["errors"]] == [field]
    assert [one["status"] for one in (await desk.ats.get("/v1/queue"))["items"]] == ["claimed"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "recruiter"),
        ({"recruiter": "Maria Lopez"}, "recruiter"),
        ({"recruiter": "maria", "limit": 0}, "limit"),
        ({"recruiter": "maria", "limit": 201}, "limit"),
        ({"recruiter": "maria", "limit": "10"}, "limit"),
        ({"recruiter": "maria", "lease_seconds": 0}, "lease_seconds"),
        ({"recruiter": "maria", "reason": "weather"}, "reason"),
        ({"recruiter": "maria", "position": "x"}, "position"),
    ],
)
async def test_a_bad_claim_is_refused_by_its_field(desk: Desk, body: dict[str, Any], field: str) -> None:
    problem = await post(desk, "claims", body, status=422)

    assert [one["field"] for one in problem["errors"]] == [field]


async def test_another_lease_is_a_conflict_and_another_item_unknown(desk: Desk) -> None:
    item = await claim(desk)
    other = str(uuid4())

    lost = await post(desk, f"{item['id']}/completion", {"lease": other, "outcome": "no_fit"}, status=409)
    unknown = await post(desk, f"{other}/completion", {"lease": other, "outcome": "no_fit"}, status=404)

    assert (lost["code"], unknown["code"]) == ("lease_lost", "queue_item_unknown")


async def test_what_was_done_is_answered_twice_alike_and_another_outcome_is_refused(desk: Desk) -> None:
    item = await claim(desk)
    path, body = f"{item['id']}/completion", {"lease": item["lease"], "outcome": "wrong_time"}

    first = await post(desk, path, body)
    again = await post(desk, path, body)
    other = await post(desk, path, body | {"outcome": "contacted"}, status=409)
    dismissed = await post(desk, f"{item['id']}/dismissal", {"lease": item["lease"], "reason": "x"}, status=409)

    assert first["status"] == "scheduled"
    assert again == first
    for refused in (other, dismissed):
        assert refused["code"] == "lease_used"
        assert (refused["done"]["action"], refused["done"]["outcome"]) == ("completed", "wrong_time")


async def test_a_claim_with_the_same_key_is_answered_with_the_same_items(desk: Desk) -> None:
    await desk.soft_no("ats:bob", on="2025-03-02")
    body = {"recruiter": "maria", "limit": 1}

    first = await post(desk, "claims", body, key="one")
    again = await post(desk, "claims", body, key="one")
    another = await post(desk, "claims", body, key="two")

    assert again == first
    assert [item["id"] for item in another["items"]] != [item["id"] for item in first["items"]]


async def test_a_claim_can_ask_for_a_reason_or_position(desk: Desk) -> None:
    await desk.post(event(of="ats:bob", at="2025-01-01", position="ats:second"))
    await desk.post(event("pursuit.declined", of="ats:bob", at="2025-02-01", reason="timing", position="ats:second"))

    by_reason = await post(desk, "claims", {"recruiter": "maria", "reason": "timing"})
    by_position = await post(desk, "claims", {"recruiter": "maria", "position": "ats:job"})

    assert [item["references"] for item in by_reason["items"]] == [["ats:bob"]]
    assert [item["references"] for item in by_position["items"]] == [["ats:ada"]]


async def test_what_is_owed_and_overdue_is_a_reason_that_is_claimed_and_filtered_by_trigger_until_it_is_met(desk: Desk) -> None:
    for name in ("ats:ada", "ats:bob"):
        await desk.post(
            event(of=name, at="2026-03-02", recruiter="maria"),
            event("pursuit.responded", of=name, at="2026-03-03", recruiter="maria"),
        )
    await desk.post(event("pursuit.contacted", of="ats:bob", at="2026-03-20", purpose="reply"))

    async def listed(**asked: str) -> list[dict[str, Any]]:
        return list((await desk.ats.client.get("/v1/queue", params=asked)).json()["items"])

    [item] = await listed()
    reason = item["reasons"][0]
    [owed] = (await desk.ats.client.get("/v1/obligations", params={"status": "overdue"})).json()["items"]
    assert (item["references"], item["status"], item["priority"]) == (["ats:ada"], "due", 75)
    assert (reason["trigger"], reason["kind"], reason["reason"]) == ("obligation_overdue", "reply", None)
    assert (reason["obligation_id"], reason["position_references"]) == (owed["id"], ["ats:job"])
    assert item["explanation"].startswith("A reply to them is overdue since 5 March 2026; also ")
    assert [part["factor"] for part in item["parts"]] == ["obligation", "further_reasons"]
    assert await listed(trigger="obligation_overdue", position="ats:job") == [item]
    assert (await listed(trigger="signal"), await listed(reason="timing"), await listed(position="ats:other")) == ([], [], [])

    claimed = await post(desk, "claims", {"recruiter": "maria", "trigger": "obligation_overdue"})
    assert [one["id"] for one in claimed["items"]] == [item["id"]]
    await desk.post(event("pursuit.contacted", of="ats:ada", at="2026-03-21", purpose="reply"))
    assert await listed(trigger="obligation_overdue") == []
