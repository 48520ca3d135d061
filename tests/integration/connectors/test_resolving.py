"""What one body lacks another has, in any order."""

import asyncio
from itertools import permutations

from services.connectors.storage import deliveries
from shared.db.engine import Sessions
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, offer, raw


async def test_an_offer_waits_and_is_applied_when_its_application_comes(greenhouse: Sender, recorded: RecordingApi) -> None:
    waiting = (await greenhouse.send(offer())).json()
    assert waiting["status"] == "waiting"
    assert "70" in waiting["reason"]
    assert recorded.events == {}

    await greenhouse.send(application("new_candidate_application"))

    assert recorded.types() == ["pursuit.applied", "pursuit.offered"]
    again = (await greenhouse.send(offer())).json()
    assert (again["status"], again["events"][0]["status"]) == ("repeated", "posted")


async def test_an_offer_and_its_application_at_once_do_not_miss_each_other(greenhouse: Sender, recorded: RecordingApi) -> None:
    for number in range(6):
        pair = [offer(application_id=number), application("new_candidate_application", id=number)]
        await asyncio.gather(*[greenhouse.send(content) for content in pair])

    assert recorded.types() == ["pursuit.applied"] * 6 + ["pursuit.offered"] * 6


async def test_a_body_without_a_job_is_about_the_person_at_once_and_about_the_stage_later(
    greenhouse: Sender, recorded: RecordingApi, connectors: Sessions
) -> None:
    staged = application("application_updated", jobs=[], current_stage={"name": "Phone Screen"})
    assert (await greenhouse.send(staged)).json()["status"] == "waiting"
    assert [path for path, _ in recorded.records] == ["candidates/greenhouse:5"]

    await greenhouse.send(application("new_candidate_application", last_activity_at="2026-01-10T09:00:00Z"))

    assert recorded.types() == ["pursuit.applied", "pursuit.stage_entered"]
    assert [path for path, _ in recorded.records].count("candidates/greenhouse:5") == 2
    async with connectors.begin() as session:
        assert await deliveries.count_by_status(session) == {"applied": 2}


async def test_only_the_first_sending_of_an_offer_is_a_fact(greenhouse: Sender, recorded: RecordingApi) -> None:
    await greenhouse.send(application("new_candidate_application"))
    for version, sent_on in enumerate(["2026-02-03", "2026-02-05", "2026-02-01"]):
        await greenhouse.send(offer(version=version, sent_on=sent_on))

    offered = sorted(event["time"] for event in recorded.events.values() if event["type"].endswith("offered"))
    assert offered == ["2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z"]


async def test_who_may_not_be_written_to_is_unsubscribed_once_and_true_lifts_nothing(
    greenhouse: Sender, recorded: RecordingApi
) -> None:
    times = {"2026-01-01T00:00:00Z": False, "2026-01-02T00:00:00Z": False, "2026-01-03T00:00:00Z": True}
    for time, may in times.items():
        await greenhouse.send(application("candidate_stage_change", last_activity_at=time, candidate_can_email=may))
    assert recorded.types() == ["candidate.unsubscribed", "pursuit.applied"]

    again = application("candidate_stage_change", last_activity_at="2026-01-04T00:00:00Z", candidate_can_email=False)
    await greenhouse.send(again)

    assert recorded.types() == ["candidate.unsubscribed", "candidate.unsubscribed", "pursuit.applied"]


REJECTED = application(
    "reject_candidate",
    status="rejected",
    rejected_at="2026-02-01T10:00:00Z",
    last_activity_at="2026-02-01T10:00:00Z",
    rejection_reason={"name": "Salary", "type": {"name": "They rejected us"}},
)
UNREJECTED = application("unreject_candidate", last_activity_at="2026-02-01T11:00:00Z")
HIRED = application("hire_candidate", status="hired", offer={"resolved_at": "2026-02-02T10:00:00Z", "sent_on": "2026-02-01"})
UNHIRED = application("unhire_candidate", last_activity_at="2026-02-02T11:00:00Z")


async def test_a_decline_and_its_undoing_name_each_other_in_either_order(greenhouse: Sender, recorded: RecordingApi) -> None:
    for number, order in enumerate(permutations([REJECTED, UNREJECTED])):
        recorded.events.clear()
        for content in order:
            await greenhouse.send(content.replace(b'"id": 70', b'"id": 7%d' % number))

        (declined,) = [event for event in recorded.events.values() if event["type"].endswith("declined")]
        retracted = [event["data"] for event in recorded.events.values() if event["type"].endswith("retracted")]
        assert {"source": "greenhouse", "id": declined["id"]} in retracted


async def test_a_hire_and_its_undoing(greenhouse: Sender, recorded: RecordingApi) -> None:
    hired = (await greenhouse.send(HIRED)).json()
    await greenhouse.send(UNHIRED)

    (retracted,) = [event for event in recorded.events.values() if event["type"].endswith("retracted")]
    assert retracted["data"]["id"] == next(event["id"] for event in hired["events"] if event["type"].endswith("hired"))
    assert recorded.types() == ["event.retracted", "pursuit.applied", "pursuit.hired", "pursuit.offered"]


async def test_a_transfer_and_the_way_back(greenhouse: Sender, recorded: RecordingApi) -> None:
    for day, job in ((12, 9), (13, 10), (14, 9)):
        moved = application("application_updated", jobs=[{"id": job}], last_activity_at=f"2026-01-{day}T09:00:00Z")
        await greenhouse.send(moved)

    withdrawn = {e["data"]["position"]: e["id"] for e in recorded.events.values() if e["type"].endswith("withdrawn")}
    (retracted,) = [event for event in recorded.events.values() if event["type"].endswith("retracted")]
    assert withdrawn.keys() == {"greenhouse:9", "greenhouse:10"}
    assert retracted["data"]["id"] == withdrawn["greenhouse:9"]


async def test_a_merge_links_both(greenhouse: Sender, recorded: RecordingApi) -> None:
    await greenhouse.send(raw("merge_candidate", {"person": {"id": 1, "new_candidate_id": 2}}))

    assert recorded.records == [("candidates/greenhouse:2", {"references": ["greenhouse:1"]})]
