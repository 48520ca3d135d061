"""Deliveries are taken once, whatever they hold, and only from who knows the secret."""

import asyncio

import pytest

from services.connectors.storage import deliveries
from shared.db.engine import Sessions
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender, signature
from tests.unit.connectors.greenhouse_bodies import SAMPLES, application, sample


async def test_a_delivery_is_posted_and_answered(greenhouse: Sender, recorded: RecordingApi) -> None:
    answer = await greenhouse.send(application("new_candidate_application"), delivery_id="d-1")

    body = answer.json()
    assert (answer.status_code, body["status"], body["delivery"], body["reason"]) == (200, "applied", "d-1", None)
    assert [event["type"] for event in body["events"]] == ["rekindle.pursuit.applied"]
    assert body["events"][0]["after"] == "greenhouse:5:1"
    assert body["events"][0]["id"] == f"{body['id']}-1000"
    assert recorded.types() == ["pursuit.applied"]
    assert [path for path, _ in recorded.records] == ["candidates/greenhouse:5", "positions/greenhouse:9"]


async def test_a_repeat_has_no_effect(greenhouse: Sender, recorded: RecordingApi) -> None:
    raw = application("new_candidate_application")
    first = await greenhouse.send(raw, delivery_id="d-1")
    records = len(recorded.records)

    again = await greenhouse.send(raw, delivery_id="d-2")

    assert again.json() == first.json() | {"status": "repeated"}
    assert (len(recorded.events), recorded.repeats, len(recorded.records)) == (1, 0, records)


async def test_the_same_body_many_times_at_once_counts_once(greenhouse: Sender, recorded: RecordingApi) -> None:
    raw = application("new_candidate_application")

    answers = await asyncio.gather(*[greenhouse.send(raw) for _ in range(8)])

    assert sorted(answer.json()["status"] for answer in answers) == ["applied", *["repeated"] * 7]
    assert (len(recorded.events), recorded.repeats) == (1, 0)


@pytest.mark.parametrize("header", ["", "sha256", "sha256 " + "0" * 64, "sha1 x", signature(b"another body")])
async def test_a_wrong_signature_is_refused_and_leaves_nothing(greenhouse: Sender, connectors: Sessions, header: str) -> None:
    answer = await greenhouse.send(application("new_candidate_application"), header=header)

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")
    assert answer.headers["content-type"] == "application/problem+json"
    async with connectors.begin() as session:
        assert await deliveries.count_by_status(session) == {}


async def test_a_missing_signature_is_refused(greenhouse: Sender) -> None:
    answer = await greenhouse.client.post("/v1/connectors/greenhouse", content=b"{}")

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")


@pytest.mark.parametrize("order", [1, -1])
async def test_a_second_signature_is_refused_whichever_is_right(greenhouse: Sender, connectors: Sessions, order: int) -> None:
    raw = application("new_candidate_application")
    headers = [("Signature", signature(raw)), ("Signature", signature(b"another body"))][::order]

    answer = await greenhouse.client.post("/v1/connectors/greenhouse", content=raw, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_signature")
    async with connectors.begin() as session:
        assert await deliveries.count_by_status(session) == {}


async def test_a_huge_body_is_refused(greenhouse: Sender) -> None:
    answer = await greenhouse.send(b'{"action": "' + b"x" * 200_000 + b'"}')

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b'{"action": NaN}',
        b'{"action": "\\u0000", "payload": {"candidate": {"id": "\\u0000"}}}',
        b'{"action": "\\ud800"}',
        b"[" * 50_000,
        b'{"action": "update_candidate", "payload": {"candidate": {"id": 1, "first_name": "\\u0000"}}}',
        b'{"action": "update_candidate", "payload": {"candidate": {"id": 1e400}}}',
        b'{"action": "offer_created", "payload": {"application_id": "\\u0000", "sent_on": "2026-01-01"}}',
    ],
)
async def test_whatever_is_genuine_is_acknowledged_and_listed(greenhouse: Sender, connectors: Sessions, raw: bytes) -> None:
    answer = await greenhouse.send(raw, delivery_id="x\x7f")

    assert answer.status_code == 200
    assert answer.json()["status"] in {"not_mapped", "applied", "waiting"}
    assert answer.json()["reason"]
    async with connectors.begin() as session:
        assert sum((await deliveries.count_by_status(session)).values()) == 1


async def test_an_unknown_action_is_no_error(greenhouse: Sender, recorded: RecordingApi) -> None:
    answer = await greenhouse.send(application("candidate_beamed_up"))

    assert answer.json()["status"] == "not_mapped"
    assert answer.json()["reason"] == "unknown action 'candidate_beamed_up'"
    assert recorded.events == {}


async def test_every_sample_is_acknowledged(greenhouse: Sender, recorded: RecordingApi) -> None:
    sample("01-job-created")
    statuses = {}

    for path in sorted(SAMPLES.glob("*/*.json")):
        answer = await greenhouse.send(path.read_bytes())
        assert answer.status_code == 200, path
        statuses[path.stem] = answer.json()["status"]

    assert {name for name, status in statuses.items() if status == "waiting"} == {
        "03-application-updated",
        "04-offer-created",
        "05-offer-approved",
        "06-offer-updated",
    }
    assert "failed" not in statuses.values()
    assert recorded.types() == [
        "event.retracted",
        *["pursuit.applied"] * 3,
        "pursuit.rejected",
        *["pursuit.stage_entered"] * 3,
    ]
    assert recorded.erasures == ["greenhouse:37031511"]
