"""Contact checks over HTTP: they see what was accepted before them, and hold the next contact for one alone."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.engagement.settings import EngagementSettings
from shared import clock
from shared.db.engine import Sessions
from shared.events import CandidateChanged
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.records import Records

AT = "2026-03-11T12:00:00Z"
"""A Wednesday."""


async def check(ats: Ats, status: int = 200, *, headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    """Ask about Ada, by e-mail, on that Wednesday."""
    asked = {"candidate": "ats:ada", "channel": "email", "recruiter": "maria", "at": AT} | fields
    answer = await ats.client.post("/v1/contact-checks", json=asked, headers=headers)
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def work_hours() -> str:
    """A moment ahead at which nobody is left in peace."""
    moment = datetime.now(UTC) + timedelta(days=2)
    while moment.weekday() > 4:
        moment += timedelta(days=1)
    return moment.replace(hour=12).isoformat()


async def test_it_sees_what_was_accepted_a_moment_before(ats: Ats) -> None:
    free = await check(ats)
    await ats.post(event("pursuit.contacted", at="2026-03-10T12:00:00Z", recruiter="tom"), status=201)
    held = await check(ats)

    assert (free["allowed"], free["earliest_allowed_at"], free["reasons"], free["reservation"]) == (True, AT, [], None)
    assert held == {
        "candidate_id": str(candidate_id("ats:ada")),
        "allowed": False,
        "earliest_allowed_at": "2026-03-17T12:00:00Z",
        "reasons": [
            {
                "code": "team_cap",
                "sentence": "The team has contacted them once within 7 days, last on 10 March 2026 by tom.",
                "until": "2026-03-17T12:00:00Z",
            }
        ],
        "reservation": None,
    }


async def test_a_batch_answers_each_and_refuses_what_it_must(ats: Ats) -> None:
    await ats.post(event("candidate.unsubscribed", channel="email"), status=201)
    asked = [
        {"candidate": "ats:ada", "channel": "email", "at": AT},
        {"candidate": "ats:ada", "channel": "phone", "at": AT},
        {"candidate": "ats:ada", "channel": "pigeon"},
        {"candidate": "nobody", "channel": "email"},
        7,
    ]
    answer = await ats.client.post("/v1/contact-checks", json=asked)
    body = answer.json()

    assert (answer.status_code, body["allowed"]) == (207, 1)
    assert [item["status"] for item in body["items"]] == [200, 200, 422, 422, 422]
    assert [item["answer"] and item["answer"]["allowed"] for item in body["items"]] == [False, True, None, None, None]
    assert body["items"][2]["problem"]["errors"][0]["field"] == "channel"
    assert (await ats.client.post("/v1/contact-checks", json=[])).status_code == 422
    assert (await ats.client.post("/v1/contact-checks", json=asked[:1] * 1001)).status_code == 422


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"at": "tomorrow"}, "at"),
        ({"at": "2026-03-11T12:00:00"}, "at"),
        ({"reserve": "yes"}, "reserve"),
        ({"reserve": True}, "at"),
        ({"purpose": "spam"}, "purpose"),
        ({"adress": "x"}, "adress"),
        ({"candidate": None}, "candidate"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_field(ats: Ats, fields: dict[str, Any], field: str) -> None:
    assert [one["field"] for one in (await check(ats, 422, **fields))["errors"]] == [field]


async def test_of_32_who_reserve_one_wins(ats: Ats) -> None:
    at = work_hours()
    answers = await asyncio.gather(*(check(ats, at=at, reserve=True, recruiter=f"r{number % 2}") for number in range(32)))
    won = [answer for answer in answers if answer["allowed"]]
    lost = [answer for answer in answers if not answer["allowed"]]

    assert (len(won), len(lost)) == (1, 31)
    assert won[0]["reservation"]["id"]
    assert {tuple(codes(answer)) for answer in lost} == {("reserved",)}


async def test_in_one_batch_one_wins_too(ats: Ats) -> None:
    asked = {"candidate": "ats:ada", "channel": "email", "at": work_hours(), "reserve": True}
    body = (await ats.client.post("/v1/contact-checks", json=[asked, asked])).json()

    assert [item["answer"]["allowed"] for item in body["items"]] == [True, False]


async def test_a_reservation_ends_with_its_release_its_contact_or_its_time(ats: Ats, engagement: Sessions) -> None:
    at = work_hours()

    async def reserve() -> str:
        return str((await check(ats, at=at, reserve=True))["reservation"]["id"])

    async def is_held() -> bool:
        return codes(await check(ats, at=at, recruiter="tom")) == ["reserved"]

    first = await reserve()
    assert await is_held()
    assert codes(await check(ats, at=at)) == []  # who holds it may ask again
    assert (await ats.client.delete(f"/v1/contact-checks/reservations/{first}")).status_code == 204
    assert not await is_held()
    assert (await ats.client.delete(f"/v1/contact-checks/reservations/{first}")).status_code == 404

    await reserve()
    await ats.post(event("pursuit.contacted", at="2026-01-05T12:00:00Z", purpose="logistics"), status=201)
    assert await is_held()
    await ats.post(event("pursuit.contacted", at="2026-01-05T12:00:00Z"), status=201)
    assert not await is_held()

    await reserve()
    async with engagement.begin() as session:
        await session.execute(text("UPDATE contact_reservations SET expires_at = clock_timestamp() - interval '1 second'"))
    assert not await is_held()


async def test_the_same_key_gives_the_same_reservation(ats: Ats) -> None:
    at, headers = work_hours(), {"Idempotency-Key": uuid4().hex}

    assert await check(ats, at=at, reserve=True, headers=headers) == await check(ats, at=at, reserve=True, headers=headers)


async def test_a_record_says_where_a_person_lives_and_erasure_ends_it(
    ats: Ats, engagement: Sessions, settings: EngagementSettings
) -> None:
    ada = candidate_id("ats:ada")
    records = Records(engagement, settings)
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, country="JP", time_zone="Asia/Tokyo")))
    night_there = await check(ats)
    day_alone = await check(ats, at="2026-03-20")
    await records.erase(ada)
    erased = await check(ats)

    assert (codes(night_there), night_there["reasons"][0]["until"]) == (["quiet_hours"], "2026-03-11T23:00:00Z")
    assert codes(day_alone) == ["holiday"]  # Vernal Equinox Day
    assert (erased["allowed"], codes(erased), erased["earliest_allowed_at"]) == (False, ["erased"], None)


@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("America/Los_Angeles", datetime(2026, 3, 11, 2, tzinfo=UTC), "2026-03-10"),
        ("Pacific/Kiritimati", datetime(2026, 3, 10, 23, tzinfo=UTC), "2026-03-11"),
        ("Europe/Berlin", datetime(2026, 3, 11, 12, tzinfo=UTC), "2026-03-11"),
    ],
)
async def test_a_day_is_reserved_while_it_lasts_where_the_person_lives(
    ats: Ats,
    engagement: Sessions,
    settings: EngagementSettings,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    now: datetime,
    today: str,
) -> None:
    ada = candidate_id("ats:ada")
    await Records(engagement, settings).publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, time_zone=zone)))
    monkeypatch.setattr(clock, "now", lambda: now)
    yesterday = str(date.fromisoformat(today) - timedelta(days=1))
    past = {"field": "at", "rule": "must not be in the past for a reservation"}

    refused = await check(ats, 422, at=yesterday, reserve=True)
    asked = [{"candidate": "ats:ada", "channel": "email", "at": day, "reserve": True} for day in (yesterday, today)]
    batch = (await ats.client.post("/v1/contact-checks", json=asked)).json()["items"]
    unreserved = await check(ats, at=yesterday)

    assert refused["errors"] == [past]
    assert [(one["status"], one["problem"] and one["problem"]["errors"]) for one in batch] == [(422, [past]), (200, None)]
    assert batch[1]["answer"]["reservation"] is not None
    assert unreserved["reservation"] is None


async def test_a_recruiter_in_the_directory_has_a_limit(ats: Ats) -> None:
    entry = {"name": "Maria Keller", "role": "recruiter", "time_zone": "Europe/Berlin", "daily_limit": 2}
    created = await ats.client.put("/v1/recruiters/maria", json=entry)
    replaced = await ats.client.put("/v1/recruiters/maria", json=entry)
    for number in range(2):
        await ats.post(event(of=f"ats:{number}", at="2026-03-11T08:00:00Z", recruiter="maria"), status=201)
    full = await check(ats)

    assert (created.status_code, replaced.status_code) == (201, 200)
    assert created.json() == entry | {"code": "maria"}
    assert (codes(full), full["reasons"][0]["until"]) == (["sender_limit"], "2026-03-11T23:00:00Z")
    assert codes(await check(ats, recruiter="somebody")) == []
    assert codes(await check(ats, at="2026-03-12T12:00:00Z")) == []


async def test_a_contact_that_was_retracted_counts_for_no_limit(ats: Ats) -> None:
    await ats.client.put("/v1/recruiters/maria", json={"name": "Maria Keller", "daily_limit": 2})
    sent = [event(of=f"ats:{number}", at="2026-03-11T08:00:00Z", recruiter="maria") for number in range(2)]
    await ats.post(sent, status=207)
    full = await check(ats)
    await ats.post(retraction("ats:0", id=sent[0]["id"]), status=201)
    free = await check(ats)
    await ats.post(event(of="ats:0", at="2026-03-11T10:00:00Z", recruiter="maria"), status=201)
    again = await check(ats)

    assert [codes(answer) for answer in (full, free, again)] == [["sender_limit"], [], ["sender_limit"]]


async def test_the_directory_is_listed_by_code(ats: Ats) -> None:
    for code in ("c", "a", "b"):
        assert (await ats.client.put(f"/v1/recruiters/{code}", json={"name": code})).status_code == 201
    first = await ats.get("/v1/recruiters", limit=2)
    second = await ats.get("/v1/recruiters", limit=2, cursor=first["next_cursor"])

    assert [one["code"] for one in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None
    for wrong in ({"name": ""}, {"name": "x", "time_zone": "Mars/Olympus"}, {"name": "x", "daily_limit": 0}, {}):
        assert (await ats.client.put("/v1/recruiters/d", json=wrong)).status_code == 422
