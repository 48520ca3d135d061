"""GET /v1/queue/why-not: every cause that keeps a person out of the queue, for anybody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

LATELY = (datetime.now(UTC) - timedelta(days=2)).isoformat()
NO = event("pursuit.declined", at="2025-03-02", reason="salary", id="no")


async def why(ats: Ats, candidate: str = "ats:ada") -> Any:
    answer = await ats.client.get("/v1/queue/why-not", params={"candidate": candidate})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ([event("pursuit.sourced", at="2025-03-01")], ["nothing_ended"]),
        ([NO], []),
        ([event("pursuit.rejected", at="2025-03-02", reason="preferred_another")], ["waiting"]),
        ([NO, event("pursuit.interested", at=LATELY, position="ats:other")], ["in_play"]),
        ([event("pursuit.hired", at="2025-03-02")], ["hired"]),
        ([event("candidate.hard_no_set", reason="do_not_contact", evidence="e", decided_by="d")], ["hard_no"]),
    ],
)
async def test_every_cause_is_said(ats: Ats, facts: list[dict[str, Any]], codes: list[str]) -> None:
    await ats.post(facts, status=207)

    answer = await why(ats)

    assert [one["code"] for one in answer["reasons"]][: len(codes) or None] == codes
    assert all(one["sentence"].endswith(".") for one in answer["reasons"])
    assert (answer["candidate_id"], answer["references"]) == (str(candidate_id("ats:ada")), ["ats:ada"])
    assert (answer["status"] == "due") == (codes == [])


async def test_who_was_put_off_reads_until_when(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    desk = Desk(ats, engagement, settings)
    await desk.soft_no(on="2025-03-02")
    body = {"recruiter": "maria", "filter": {}, "until": "2099-03-02T08:00:00Z"}
    assert (await ats.client.post("/v1/queue/snoozes", json=body)).json()["changed"] == 1

    answer = await why(ats)

    assert (answer["status"], [(one["code"], one["until"]) for one in answer["reasons"]]) == (
        "snoozed",
        [("snoozed", "2099-03-02T08:00:00Z")],
    )


async def test_of_an_erased_person_it_says_that_alone(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> None:
    await ats.post(event(at="2025-03-01"), status=201)
    await Records(engagement, settings).erase(candidate_id("ats:ada"))

    answer = await why(ats)

    assert ([one["code"] for one in answer["reasons"]], answer["references"], answer["status"]) == (["erased"], [], None)


async def test_an_unknown_person_is_a_404(ats: Ats) -> None:
    for unknown in ("ats:nobody", str(uuid4())):
        answer = await ats.client.get("/v1/queue/why-not", params={"candidate": unknown})
        assert (answer.status_code, answer.json()["code"]) == (404, "candidate_unknown")
    assert (await ats.client.get("/v1/queue/why-not")).status_code == 422
