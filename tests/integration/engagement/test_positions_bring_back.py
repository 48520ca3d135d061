"""A position that is opened or changed brings back exactly those whom it fits now, and takes its reasons back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.engagement.domain.queue import QueueStatus
from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.events import CandidateChanged, PositionChanged
from shared.events.vocabulary import Level
from shared.ids import candidate_id, position_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


def job(name: str = "ats:remote", **what: Any) -> tuple[UUID, PositionChanged]:
    """An open position."""
    given = {"status": "open", "title": "Engineer", "level": "senior"} | what
    return position_id(name), PositionChanged.model_validate({"position_id": position_id(name), "reference": name} | given)


async def brought_by(desk: Desk, name: str = "ats:remote") -> set[UUID]:
    """Who has the position as a reason to come back that is due, by trigger position_opened."""
    now = datetime.now(UTC) + timedelta(seconds=1)
    listed = await desk.listed(now, QueueStatus.DUE, position=position_id(name))
    return {
        one.item.person_id
        for one in listed
        for reason in one.item.reasons
        if reason.position_id == position_id(name) and reason.trigger == "position_opened"
    }


async def test_a_remote_role_brings_back_exactly_those_who_declined_for_location(desk: Desk, records: Records) -> None:
    for name, reason in (("ada", "location"), ("bob", "location"), ("cyd", "salary"), ("dan", "timing"), ("eve", "skills")):
        await desk.soft_no(f"ats:{name}", reason=reason)
    await desk.soft_no("ats:far", reason="location")
    await records.publish(
        (
            candidate_id("ats:far"),
            CandidateChanged(candidate_id=candidate_id("ats:far"), person_id=candidate_id("ats:far"), level=Level.INTERN),
        ),
    )

    await records.publish(job(remote=True))

    assert await brought_by(desk) == {candidate_id("ats:ada"), candidate_id("ats:bob")}
    [item] = [one for one in await desk.listed(datetime.now(UTC)) if one.item.person_id == candidate_id("ats:ada")]
    assert "declined for location in March 2026; this role can be done remotely" in item.item.explanation(datetime.now(UTC))


@pytest.mark.parametrize("change", [{"status": "closed"}, {"status": "on_hold"}, {"status": "draft"}, {"remote": False}])
async def test_a_position_that_closes_or_changes_takes_its_reasons_back(
    desk: Desk, records: Records, change: dict[str, Any]
) -> None:
    await desk.soft_no(reason="location")
    await records.publish(job(remote=True))
    assert await brought_by(desk) == {candidate_id("ats:ada")}

    await records.publish(job(**{"remote": True} | change))

    assert await brought_by(desk) == set()


async def test_a_position_that_was_put_on_hold_and_opened_again_in_one_batch_brings_back_again(
    desk: Desk, records: Records
) -> None:
    await desk.soft_no(reason="location")
    await records.publish(job(remote=True))
    await desk.post(event(of="ats:ada", at=datetime.now(UTC).isoformat(), position="ats:another"))
    assert await brought_by(desk) == set(), "the outreach ended what was due"

    await records.publish(job(remote=True, status="on_hold"), job(remote=True))

    assert await brought_by(desk) == {candidate_id("ats:ada")}


async def test_a_skill_that_a_record_gains_brings_the_person_back_at_once(desk: Desk, records: Records) -> None:
    ada = candidate_id("ats:ada")
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, skills=["python"])))
    await desk.soft_no(reason="skills", on=(datetime.now(UTC) - timedelta(days=9)).date().isoformat(), facts={"missing": ["go"]})

    async def due() -> list[str]:
        listed = await desk.listed(datetime.now(UTC) + timedelta(seconds=1), QueueStatus.DUE)
        return [reason.trigger for one in listed for reason in one.item.reasons]

    assert await due() == []
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, skills=["python", "java"])))
    assert await due() == []
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, skills=["python", "go"])))
    assert await due() == ["signal"]
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, skills=["go"], years_experience=9)))
    assert await due() == ["signal"]
    await records.publish((ada, CandidateChanged(candidate_id=ada, person_id=ada, skills=["python"])))
    assert await due() == []
