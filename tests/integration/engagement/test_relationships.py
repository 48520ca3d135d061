"""GET /v1/relationships: everything about one person, as the log says at that moment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.ids import candidate_id, pursuit_id
from shared.ids import position_id as position_of
from shared.security.token_issuer import issue_token
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

DECIDED = {"evidence": "Asked by mail", "decided_by": "Maria Lopez"}


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


async def page(desk: Desk, of: str = "ats:ada") -> dict[str, Any]:
    found: dict[str, Any] = await desk.ats.get(f"/v1/relationships/{of}")
    return found


async def test_the_page_of_who_is_due(desk: Desk) -> None:
    await desk.soft_no(on="2025-03-02", facts={"asked": 85000, "currency": "EUR"})

    ada = await page(desk)

    assert (ada["candidate_id"], ada["references"]) == (str(candidate_id("ats:ada")), ["ats:ada"])
    [pursuit] = ada["pursuits"]
    assert pursuit["id"] == str(pursuit_id(candidate_id("ats:ada"), position_of("ats:job")))
    assert (pursuit["attempts"], pursuit["status"], pursuit["outcome"], pursuit["reason"]) == (1, "closed", "soft_no", "salary")
    assert [plan["sentence"] for plan in ada["refusals"]["soft"]] == [
        "Declined for salary at 85,000 EUR in March 2025; due since 29 August 2025."
    ]
    assert ada["queue_item"]["status"] == "due"
    assert ada["not_in_queue"] == []


async def test_it_sees_what_was_accepted_before_it_and_names_why_somebody_is_not_in_the_queue(desk: Desk) -> None:
    await desk.ats.post(event("pursuit.sourced", at="2026-03-01"), status=201)
    assert [one["code"] for one in (await page(desk))["not_in_queue"]] == ["nothing_ended"]

    await desk.ats.post(event("pursuit.declined", at="2026-03-02", reason="do_not_contact", **DECIDED), status=201)
    ada = await page(desk)

    assert [one["code"] for one in ada["not_in_queue"]] == ["hard_no"]
    assert ada["queue_item"] is None
    [hard_no] = ada["refusals"]["hard"]
    assert (hard_no["reason"], hard_no["holds"]) == ("do_not_contact", True)
    [entry] = hard_no["history"]
    assert {name: entry[name] for name in DECIDED} == DECIDED
    assert (entry["source"], entry["position_id"]) == ("ats", str(position_of("ats:job")))


async def test_suppressions_cadence_consent_and_reservations_are_on_it(desk: Desk) -> None:
    await desk.post(
        event("candidate.unsubscribed", channel="sms", address="+49 170"),
        event("candidate.cadence_chosen", every_days=30, channels=["email"]),
        event("candidate.consent_given", basis="consent", expires_on="2150-01-01"),
    )
    check = {"candidate": "ats:ada", "channel": "email", "recruiter": "maria", "reserve": True, "at": "2099-03-04T10:00:00Z"}
    assert (await desk.ats.client.post("/v1/contact-checks", json=check)).json()["allowed"]

    ada = await page(desk)

    [suppression] = ada["suppressions"]
    assert (suppression["channel"], suppression["has_address"], suppression["address"]) == ("sms", True, None)
    assert (suppression["holds"], suppression["source"]) == (True, "ats")
    assert [(one["every_days"], one["channels"]) for one in ada["cadence"]] == [(30, ["email"])]
    assert [(one["basis"], one["holds"], one["expires_on"]) for one in ada["consent"]] == [("consent", True, "2150-01-01")]
    assert [one["recruiter"] for one in ada["reservations"]] == ["maria"]


async def test_what_is_owed_is_on_it(desk: Desk) -> None:
    await desk.post(event("pursuit.contacted", at="2026-03-02"), event("pursuit.responded", at="2026-03-03"))

    assert [(one["kind"], one["status"]) for one in (await page(desk))["obligations"]] == [("reply", "overdue")]


async def test_an_address_is_shown_to_those_alone_who_may_see_contact_details(
    desk: Desk, settings: EngagementSettings, keys: Path
) -> None:
    await desk.post(event("candidate.bounced", channel="email", address="Ada@example.org"))
    scopes = ["engagement:read", "contact_details:read"]
    token = issue_token(keys, issuer=settings.deployment, name="desk", scopes=scopes, expires_in=timedelta(hours=1))

    shown = await desk.ats.client.get("/v1/relationships/ats:ada", headers={"Authorization": f"Bearer {token}"})

    assert [one["address"] for one in shown.json()["suppressions"]] == ["ada@example.org"]
    assert [one["address"] for one in (await page(desk))["suppressions"]] == [None]


async def test_linked_records_have_one_page_and_an_erased_person_none(
    desk: Desk, engagement: Sessions, settings: EngagementSettings
) -> None:
    records = Records(engagement, settings)
    await desk.soft_no("ats:ada", on="2025-03-02")
    await desk.post(event("candidate.hard_no_set", of="gem:ada", at="2025-04-01", reason="career_change", **DECIDED))
    await records.link(candidate_id("gem:ada"), candidate_id("ats:ada"))

    assert await page(desk, "gem:ada") == (together := await page(desk))
    assert (len(together["pursuits"]), len(together["refusals"]["hard"])) == (1, 1)

    await records.erase(candidate_id("ats:ada"), candidate_id("gem:ada"))
    await desk.ats.get("/v1/relationships/ats:ada", status=410)
    await desk.ats.get("/v1/relationships/ats:nobody", status=404)
