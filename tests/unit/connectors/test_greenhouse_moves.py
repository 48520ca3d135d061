"""Bodies that move an application to another job or delete it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.connectors.domain.greenhouse.knowledge import Knowledge
from tests.unit.connectors.greenhouse_bodies import (
    RECEIVED_AT,
    SEEN_AT,
    application,
    facts,
    known,
    known_fact,
    offer,
    raw,
    rejection,
    the_fact,
    translated,
    types,
)


def test_a_transfer_withdraws_the_old_pursuit() -> None:
    body = application("application_updated", jobs=[{"id": 10}], last_activity_at="2026-02-03T09:00:00Z")

    withdrawn = the_fact(translated(body, Knowledge(known())), "pursuit.withdrawn")

    assert withdrawn.data["position"] == "greenhouse:9"
    assert withdrawn.time == datetime(2026, 2, 3, 9, tzinfo=UTC)


def test_a_body_from_before_a_transfer_withdraws_its_job_when_the_transfer_was() -> None:
    moved_at = datetime(2026, 2, 3, 9, tzinfo=UTC)
    knowledge = Knowledge(known(jobs=("10",), seen_at=moved_at, jobs_since=moved_at))

    translation = translated(application("candidate_stage_change", current_stage={"name": "Offer"}), knowledge)

    assert the_fact(translation, "pursuit.stage_entered").data["position"] == "greenhouse:9"
    assert the_fact(translation, "pursuit.withdrawn").time == moved_at


def test_a_transfer_back_takes_the_withdrawal_back() -> None:
    withdrawal = known_fact("pursuit.withdrawn", SEEN_AT, transfer=True)
    knowledge = Knowledge(known(jobs=("10",)), (withdrawal,))
    body = application("application_updated", last_activity_at="2026-02-03T09:00:00Z")

    translation = translated(body, knowledge)

    assert the_fact(translation, "event.retracted").data["id"] == withdrawal.event_id
    assert the_fact(translation, "pursuit.withdrawn").data["position"] == "greenhouse:10"


@pytest.mark.parametrize("changes", [{"prospect": True}, {"deleted": True}, {"candidate": "6"}])
def test_what_looks_like_a_transfer_and_is_none(changes: dict[str, Any]) -> None:
    body = application("application_updated", jobs=[{"id": 10}], last_activity_at="2026-02-03T09:00:00Z")

    assert "pursuit.withdrawn" not in types(translated(body, Knowledge(known(**changes))))


DELETED = raw("delete_application", {"application": {"id": 70, "candidate_id": 5, "job_id": 9}})


def test_a_deleted_application_takes_back_its_pursuits() -> None:
    moved_from = known_fact("pursuit.applied", job="8")

    retracted = facts(translated(DELETED, Knowledge(known(), (moved_from,))))

    assert [(one.type, one.data) for one in retracted] == [
        ("event.retracted", {"position": f"greenhouse:{job}", "whole": True}) for job in ("9", "8")
    ]
    assert {one.time for one in retracted} == {RECEIVED_AT}


def test_what_comes_of_a_deleted_application_is_no_fact() -> None:
    staged = application("candidate_stage_change", current_stage={"name": "Phone Screen"})
    for sent in (staged, rejection(), offer(), application("new_candidate_application")):
        translation = translated(sent, Knowledge(known(deleted=True)))

        assert types(translation) == []
        assert translation.reason == "the application was deleted"


def test_a_deleted_duplicate_leaves_the_pursuit_to_the_other_application() -> None:
    knowledge = Knowledge(known(), (known_fact("pursuit.rejected"),), frozenset({"9"}))

    (retracted,) = facts(translated(DELETED, knowledge))

    assert retracted.data == {"source": "greenhouse", "id": "x-pursuit.rejected"}
