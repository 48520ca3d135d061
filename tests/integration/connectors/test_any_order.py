"""In whatever order the bodies of one application come, the pursuits end up the same."""

import random
from collections import defaultdict
from datetime import datetime
from typing import Any

import pytest

from shared.attempts import FoldFact, fact_of, fold
from shared.events import FACTS
from shared.events.validation import accept
from shared.ids import event_id
from tests.integration.connectors.conftest import RecordingApi
from tests.integration.connectors.sender import Sender
from tests.unit.connectors.greenhouse_bodies import application, offer, raw

APPLIED = application("new_candidate_application", current_stage={"name": "Application Review"})
SCREENED = application("candidate_stage_change", current_stage={"name": "Phone Screen"}, last_activity_at="2026-01-15T09:00:00Z")
REJECTION = {"rejected_at": "2026-01-20T09:00:00Z", "last_activity_at": "2026-01-20T09:00:00Z", "status": "rejected"}
DECLINED = application("reject_candidate", **REJECTION, rejection_reason={"name": "Salary", "type": {"name": "They rejected us"}})
REJECTED = application("reject_candidate", **REJECTION, rejection_reason={"name": "Salary", "type": {"name": "None"}})
UNREJECTED = application("unreject_candidate", last_activity_at="2026-01-21T09:00:00Z")
REJECTED_AGAIN = application(
    "reject_candidate", status="rejected", rejected_at="2026-01-25T09:00:00Z", last_activity_at="2026-01-25T09:00:00Z"
)
OFFER = offer(sent_on="2026-01-22")
OFFER_CHANGED = offer("offer_updated", sent_on="2026-01-23", version=2)
HIRED = application(
    "hire_candidate",
    status="hired",
    last_activity_at="2026-01-24T09:00:00Z",
    offer={"id": 3, "sent_on": "2026-01-22", "resolved_at": "2026-01-24T09:00:00Z"},
)
UNHIRED = application("unhire_candidate", current_stage={"name": "Offer"}, last_activity_at="2026-01-24T12:00:00Z")
MOVED = application(
    "application_updated",
    jobs=[{"id": 10}],
    current_stage={"name": "Phone Screen"},
    last_activity_at="2026-01-16T09:00:00Z",
)
DELETED = raw("delete_application", {"application": {"id": 70, "candidate_id": 5, "job_id": 9}})
WITHOUT_SOURCE = application("application_updated", source=None, applied_at=None, last_activity_at="2026-01-14T09:00:00Z")


def folded(recorded: RecordingApi) -> dict[str, Any]:
    """By position that has any: each attempt's origin, source, stages, close and hire, as engagement and analytics see them."""
    by_position: dict[str, list[FoldFact]] = defaultdict(list)
    retractions = []
    for event in recorded.events.values():
        data = accept(FACTS, event["type"], event["data"]).public()
        fact = fact_of(event_id("greenhouse", event["id"]), event["type"], datetime.fromisoformat(event["time"]), data)
        if fact.name == "rekindle.event.retracted":
            retractions.append(fact)
        else:
            by_position[event["data"]["position"]].append(fact)
    return {
        position: attempts
        for position, facts in by_position.items()
        if (
            attempts := [
                (
                    *(attempt.origin, attempt.via, dict(attempt.reached)),
                    *(attempt.close and (attempt.close.kind, attempt.close.time), attempt.hired_at),
                )
                for attempt in fold([*facts, *_of_position(retractions, position, recorded)]).attempts
            ]
        )
    }


def _of_position(retractions: list[FoldFact], position: str, recorded: RecordingApi) -> list[FoldFact]:
    """Retractions by type name their position; those by id name an event, wherever it is."""
    mine = {event["id"] for event in recorded.events.values() if event["data"].get("position") == position}
    ids = {str(event_id("greenhouse", event)) for event in mine}
    by_type = {event_id("greenhouse", event) for event in mine}
    return [one for one in retractions if one.id in by_type or str(one.data.get("event")) in ids]


HISTORIES: dict[str, tuple[list[bytes], dict[str, str]]] = {
    "declined and taken back": ([APPLIED, SCREENED, DECLINED, UNREJECTED], {"9": "open"}),
    "rejected, taken back, rejected again": (
        [APPLIED, SCREENED, REJECTED, UNREJECTED, REJECTED_AGAIN],
        {"9": "rejected 25"},
    ),
    "declined, taken back, rejected again": ([APPLIED, DECLINED, UNREJECTED, REJECTED_AGAIN], {"9": "rejected 25"}),
    "hired": ([APPLIED, SCREENED, OFFER, OFFER_CHANGED, HIRED], {"9": "hired"}),
    "hired and taken back": ([APPLIED, OFFER, HIRED, UNHIRED], {"9": "open"}),
    "in flight at the start": ([SCREENED, WITHOUT_SOURCE, REJECTED], {"9": "rejected 20"}),
    "heard of first without source and time": ([WITHOUT_SOURCE, APPLIED, DECLINED, UNREJECTED], {"9": "open"}),
    "deleted": ([APPLIED, SCREENED, OFFER, DELETED], {}),
    "moved and deleted": ([APPLIED, MOVED, DELETED], {}),
    "moved to another job": ([APPLIED, SCREENED, MOVED], {"9": "withdrawn 16", "10": "open"}),
}


def ends(found: dict[str, Any]) -> dict[str, str]:
    """How the only attempt of each position ended, and on which day."""
    said = {}
    for position, attempts in found.items():
        ((_, _, _, close, hired_at),) = attempts
        said[position.removeprefix("greenhouse:")] = f"{close[0]} {close[1].day}" if close else "hired" if hired_at else "open"
    return said


@pytest.mark.parametrize("history", HISTORIES)
async def test_any_order_gives_the_same_attempts(greenhouse: Sender, recorded: RecordingApi, history: str) -> None:
    chance = random.Random(history)
    bodies, end = HISTORIES[history]
    expected: dict[str, Any] | None = None
    for number in range(12):
        recorded.events.clear()
        order = [body.replace(b'"id": 70', b'"id": %d' % (700 + number)) for body in bodies]
        order = [body.replace(b'"application_id": 70', b'"application_id": %d' % (700 + number)) for body in order]
        if number:
            chance.shuffle(order)
        for body in order:
            assert (await greenhouse.send(body)).status_code == 200

        found = folded(recorded)

        expected = expected or found
        assert found == expected, [body[:40] for body in order]
        assert ends(found) == end
        assert {attempt[0] for attempts in found.values() for attempt in attempts} <= {"inbound"}
