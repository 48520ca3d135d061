"""Greenhouse posts to the running system: facts, records, funnel, erasure and merge are there a moment later."""

import asyncio
import hashlib
import hmac
import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from rekindle.embedded.stack import Stack
from tests.waiting import eventually

_numbers = itertools.count(880_000_000)
"""Ids of the vendor's that no other test uses: the whole system is shared by all tests."""


class Greenhouse:
    """Signs bodies with the stack's secret and posts them, without any token."""

    def __init__(self, stack: Stack) -> None:
        self._url = f"{stack.url}/v1/connectors/greenhouse"
        self._secret = stack.greenhouse_secret.encode()

    async def send(self, raw: bytes, **headers: str) -> httpx.Response:
        signature = hmac.new(self._secret, raw, hashlib.sha256).hexdigest()
        posted = {"Signature": f"sha256 {signature}", "Content-Type": "application/json"} | headers
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.post(self._url, content=raw, headers=posted)

    async def deliver(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a body and return the answer to it."""
        answer = await self.send(json.dumps({"action": action, "payload": payload}).encode())
        assert answer.status_code == 200, answer.text
        posted: dict[str, Any] = answer.json()
        return posted


@pytest.fixture
def greenhouse(stack: Stack) -> Greenhouse:
    return Greenhouse(stack)


def application(candidate: int, job: int, number: int, **changes: Any) -> dict[str, Any]:
    """The payload of a body about an application."""
    person = {"id": candidate, "first_name": "Ada", "last_name": "Byron", "can_email": True}
    posted: dict[str, Any] = {
        "id": number,
        "prospect": False,
        "status": "active",
        "applied_at": "2026-01-10T09:00:00Z",
        "last_activity_at": "2026-01-12T09:00:00Z",
        "source": {"id": 1, "name": "Referral"},
        "current_stage": {"id": 2, "name": "Application Review"},
        "candidate": person | changes.pop("person", {}),
        "jobs": [{"id": job, "name": "Engineer", "status": "open", "closed_at": None}],
    }
    return {"application": posted | changes}


async def timeline(api: httpx.AsyncClient, candidate: int) -> list[tuple[str, str]]:
    """Types and times of a candidate's events."""
    answer = await api.get(f"/v1/timelines/greenhouse:{candidate}")
    assert answer.status_code == 200, answer.text
    return [(item["type"].removeprefix("rekindle."), item["time"]) for item in answer.json()["items"]]


async def funnel(api: httpx.AsyncClient, job: int, posted: dict[str, Any]) -> dict[str, Any]:
    """A position's funnel, once everything that a delivery made is counted."""
    after = ",".join(event["after"] for event in posted["events"])
    params: dict[str, str | int] = {"after": after, "wait": 10}
    answer = await api.get(f"/v1/analytics/positions/greenhouse:{job}/funnel", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reached(found: dict[str, Any]) -> dict[str, int]:
    """Attempts by stage, without the stages that none reached."""
    return {stage["stage"]: stage["reached"] for stage in found["stages"] if stage["reached"]}


def samples(shared_data: Path) -> list[Path]:
    found = sorted((shared_data / "greenhouse" / "webhooks").glob("*/*.json"))
    if not found:
        pytest.skip(f"no webhook bodies in {shared_data}")
    return found


async def test_every_sample_is_accepted_twice(greenhouse: Greenhouse, shared_data: Path) -> None:
    for path in samples(shared_data):
        first = await greenhouse.send(path.read_bytes(), **{"Greenhouse-Event-ID": path.stem})
        again = await greenhouse.send(path.read_bytes(), **{"Greenhouse-Event-ID": path.stem})

        assert (first.status_code, again.status_code) == (200, 200), path
        assert first.json()["status"] in {"applied", "waiting", "not_mapped"}, (path, first.json())
        assert again.json()["status"] == "repeated"
        assert again.json()["events"] == first.json()["events"]


async def test_an_application_is_in_timeline_records_and_funnel(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)

    posted = await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    assert (posted["status"], posted["reason"]) == ("applied", None)
    assert await timeline(api, candidate) == [
        ("pursuit.applied", "2026-01-10T09:00:00Z"),
        ("pursuit.stage_entered", "2026-01-10T09:00:00.000001Z"),
    ]
    person = (await api.get(f"/v1/candidates/greenhouse:{candidate}")).json()
    assert person["name"] == "Ada Byron"
    opening = (await api.get(f"/v1/positions/greenhouse:{job}")).json()
    assert (opening["title"], opening["status"]) == ("Engineer", "open")
    assert reached(await funnel(api, job, posted)) == {"sourced": 1, "interested": 1}


async def test_an_offer_that_comes_first_is_posted_when_its_application_comes(
    greenhouse: Greenhouse, api: httpx.AsyncClient
) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    offer = {"id": 1, "application_id": number, "job_id": job, "version": 1, "sent_on": "2026-02-01"}
    assert (await greenhouse.deliver("offer_created", offer))["status"] == "waiting"

    await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    assert ("pursuit.offered", "2026-02-01T00:00:00Z") in await timeline(api, candidate)
    posted = await greenhouse.deliver("offer_created", offer)
    assert (posted["status"], [event["type"] for event in posted["events"]]) == ("repeated", ["rekindle.pursuit.offered"])
    assert reached(await funnel(api, job, posted))["offered"] == 1


async def test_reject_and_unreject_leave_an_open_pursuit(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    at = "2026-02-01T10:00:00Z"
    reason = {"id": 14, "name": "Too Junior", "type": {"id": 3, "name": "Wrong skill set"}}
    rejected = application(
        candidate, job, number, status="rejected", rejected_at=at, last_activity_at=at, rejection_reason=reason
    )
    await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    closed = await funnel(api, job, await greenhouse.deliver("reject_candidate", rejected))
    opened = await funnel(
        api,
        job,
        await greenhouse.deliver("unreject_candidate", application(candidate, job, number, last_activity_at=at)),
    )

    assert (closed["rejections"], closed["outcomes"]["in_play"]) == ({"experience": 1}, 0)
    assert (opened["rejections"], opened["outcomes"]["in_play"]) == ({}, 1)


async def test_hire_and_unhire(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    offer = {"id": 1, "sent_at": "2026-02-01", "resolved_at": "2026-02-03T10:00:00Z", "starts_at": "2026-04-01"}
    hired = application(candidate, job, number, status="hired", current_stage=None, offer=offer)
    unhired = application(candidate, job, number, last_activity_at="2026-02-04T10:00:00Z", current_stage={"name": "Offer"})

    with_hire = reached(await funnel(api, job, await greenhouse.deliver("hire_candidate", hired)))
    without = reached(await funnel(api, job, await greenhouse.deliver("unhire_candidate", unhired)))

    assert (with_hire["offered"], with_hire["hired"]) == (1, 1)
    assert (without["offered"], without.get("hired")) == (1, None)


async def test_a_deleted_candidate_is_forgotten(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    posted = await greenhouse.deliver("delete_candidate", {"person": {"id": candidate, "first_name": "Ada"}})

    assert posted["status"] == "applied"
    assert (await api.get(f"/v1/candidates/greenhouse:{candidate}")).status_code == 410
    read = await eventually(lambda: api.get(f"/v1/timelines/greenhouse:{candidate}"), lambda answer: answer.status_code == 410)
    assert read.json()["code"]
    late = await greenhouse.deliver("application_updated", application(candidate, job, number))
    assert (late["status"], late["reason"]) == ("not_mapped", "the candidate is erased")


async def test_whom_rekindle_erases_the_connectors_erase_and_confirm(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    erasure = await api.post("/v1/erasures", json={"candidate": f"greenhouse:{candidate}"})
    done = await eventually(lambda: api.get(erasure.headers["Location"]), lambda answer: bool(answer.json()["status"] == "done"))

    removed = {one["service"]: one["removed"] for one in done.json()["services"]}
    assert removed["connectors"] == {"postings": 3, "facts": 1}
    late = await greenhouse.deliver("application_updated", application(candidate, job, number))
    assert (late["status"], late["reason"]) == ("not_mapped", "the candidate is erased")


async def test_merged_candidates_are_one_person(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    old, new, job = next(_numbers), next(_numbers), next(_numbers)
    for candidate in (old, new):
        await greenhouse.deliver("new_candidate_application", application(candidate, job, next(_numbers)))

    await greenhouse.deliver("merge_candidate", {"person": {"id": old, "new_candidate_id": new}})

    found = (await api.get(f"/v1/candidates/greenhouse:{new}")).json()
    assert {f"greenhouse:{old}", f"greenhouse:{new}"} <= set(found["references"])
    merged = await eventually(lambda: timeline(api, new), lambda events: len(events) == 4)
    assert sorted({kind for kind, _ in merged}) == ["pursuit.applied", "pursuit.stage_entered"]


async def test_an_application_in_flight_is_no_outreach_and_a_deleted_one_is_none(
    greenhouse: Greenhouse, api: httpx.AsyncClient
) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    staged = application(candidate, job, number, current_stage={"name": "Phone Screen"})

    in_flight = reached(await funnel(api, job, await greenhouse.deliver("candidate_stage_change", staged)))
    deletion = {"application": {"id": number, "candidate_id": candidate, "job_id": job}}
    deleted = reached(await funnel(api, job, await greenhouse.deliver("delete_application", deletion)))

    assert in_flight == {"sourced": 1, "interested": 1, "screening": 1}
    assert deleted == {}


async def test_the_deletion_that_a_merge_sends_erases_nobody(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    old, new = next(_numbers), next(_numbers)
    for candidate in (old, new):
        await greenhouse.deliver("new_candidate_application", application(candidate, next(_numbers), next(_numbers)))
    deletion = {"person": {"id": old, "first_name": "Ada", "deleted_application_ids": []}}

    assert (await greenhouse.deliver("delete_candidate", deletion))["status"] == "waiting"
    await greenhouse.deliver("merge_candidate", {"person": {"id": old, "new_candidate_id": new}})

    assert {(await api.get(f"/v1/candidates/greenhouse:{candidate}")).status_code for candidate in (old, new)} == {200}


async def test_a_duplicate_that_was_deleted_leaves_the_survivor(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    old, new, number = next(_numbers), next(_numbers), next(_numbers)
    await greenhouse.deliver("new_candidate_application", application(old, next(_numbers), number))
    await greenhouse.deliver("new_candidate_application", application(new, next(_numbers), next(_numbers)))
    await greenhouse.deliver("merge_candidate", {"person": {"id": old, "new_candidate_id": new}})

    await greenhouse.deliver("delete_candidate", {"person": {"id": old, "deleted_application_ids": [number]}})

    statuses = [(await api.get(f"/v1/candidates/greenhouse:{candidate}")).status_code for candidate in (old, new)]
    assert statuses == [410, 200]


async def test_what_was_anonymised_leaves_the_history_too(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    emails = [{"value": "ada@example.org", "type": "personal"}]
    known = application(candidate, job, number, person={"email_addresses": emails, "title": "Engineer"})
    late = application(candidate, job, number, person={"last_name": "Lovelace"}, last_activity_at="2026-01-15T09:00:00Z")
    await greenhouse.deliver("new_candidate_application", known)

    anonymised = {"candidate_id": candidate, "anonymized_fields": ["full_name", "email_addresses"]}
    assert (await greenhouse.deliver("candidate_anonymized", anonymised))["status"] == "applied"
    await greenhouse.deliver("application_updated", late)

    history = (await api.get(f"/v1/candidates/greenhouse:{candidate}/history")).json()["items"]
    assert {(entry["field"], entry["value"]) for entry in history} == {("name", None), ("emails", None), ("title", "Engineer")}
    record = (await api.get(f"/v1/candidates/greenhouse:{candidate}")).json()
    assert (record["name"], record["emails"], record["title"]) == (None, [], "Engineer")


async def test_an_older_body_does_not_turn_a_record_back(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    newer = application(candidate, job, number, last_activity_at="2026-01-20T09:00:00Z", person={"last_name": "Lovelace"})
    await greenhouse.deliver("application_updated", newer)

    await greenhouse.deliver("new_candidate_application", application(candidate, job, number))

    assert (await api.get(f"/v1/candidates/greenhouse:{candidate}")).json()["name"] == "Ada Lovelace"
    assert [kind for kind, _ in await timeline(api, candidate)] == [
        "pursuit.applied",
        "pursuit.stage_entered",
        "pursuit.stage_entered",
    ]


async def test_only_the_holder_of_the_secret_is_heard(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    raw = json.dumps({"action": "ping", "payload": {"number": next(_numbers)}}).encode()

    wrong = await greenhouse.send(raw, Signature="sha256 " + "0" * 64)
    with_a_token_instead = await api.post("/v1/connectors/greenhouse", content=raw)
    right = await greenhouse.send(raw)

    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_signature")
    assert with_a_token_instead.status_code == 401
    assert (right.status_code, right.json()["status"]) == (200, "not_mapped")


async def test_whatever_is_genuine_is_acknowledged(greenhouse: Greenhouse) -> None:
    number = str(next(_numbers)).encode()
    bodies = [b"{" + number, b'["' + number + b'"]', b"\xff" + number, b'{"action": "beam_up", "payload": {"id": %s}}' % number]

    answers = await asyncio.gather(*[greenhouse.send(raw) for raw in bodies])

    assert [answer.status_code for answer in answers] == [200] * len(bodies)
    assert {answer.json()["status"] for answer in answers} == {"not_mapped"}


async def test_what_came_is_listed_with_its_reason(greenhouse: Greenhouse, api: httpx.AsyncClient) -> None:
    candidate, job, number = next(_numbers), next(_numbers), next(_numbers)
    stage = {"id": number, "name": f"Zodiac {number}"}
    posted = await greenhouse.deliver("candidate_stage_change", application(candidate, job, number, current_stage=stage))

    listed = (await api.get("/v1/connectors/greenhouse/deliveries", params={"limit": 1})).json()["items"]
    unmapped = (await api.get("/v1/connectors/greenhouse/unmapped", params={"kind": "stage"})).json()["items"]

    assert (listed[0]["id"], listed[0]["candidate"]) == (posted["id"], f"greenhouse:{candidate}")
    assert listed[0]["reason"] == f"the stage 'Zodiac {number}' has no mapping"
    assert [item["count"] for item in unmapped if item["name"] == stage["name"]] == [1]
