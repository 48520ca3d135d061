"""A position that is opened or changed brings back exactly those whom it fits now, and takes its reasons back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.derive import Derived
from services.engagement.domain.queue import QueueStatus
from services.engagement.settings import EngagementSettings
from services.engagement.storage import people
from services.engagement.use_cases import derive_people
from services.engagement.use_cases.complete_item import complete_item
from services.engagement.use_cases.run_clock import tick
from shared.db.engine import Sessions
from shared.events import CandidateChanged, PositionChanged
from shared.events.vocabulary import Level, QueueOutcome
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


async def test_persons_who_are_compared_with_very_many_positions_are_stored_in_parts(
    desk: Desk, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"ats:{number}" for number in range(5)]
    await records.publish(*(job(f"ats:job{number}", remote=True) for number in range(3)))
    saved: list[int] = []
    save = people.save

    async def noticed(session: AsyncSession, derived: Mapping[UUID, Derived], *arguments: Any, **named: Any) -> people.Changed:
        saved.append(len(derived))
        return await save(session, derived, *arguments, **named)

    for name in names:
        await desk.soft_no(name, reason="location")
    monkeypatch.setattr(derive_people, "COMPARED", 7)
    monkeypatch.setattr(people, "save", noticed)
    await derive_people.derive_all(desk.sessions, now=datetime.now(UTC), settings=desk.settings)

    assert saved == [2, 2, 1], "7 comparisons are those of two persons with three positions"
    for number in range(3):
        assert await brought_by(desk, f"ats:job{number}") == {candidate_id(name) for name in names}


@pytest.mark.parametrize("change", [{"status": "closed"}, {"status": "on_hold"}, {"status": "draft"}, {"remote": False}])
async def test_a_position_that_closes_or_changes_takes_its_reasons_back(
    desk: Desk, records: Records, change: dict[str, Any]
) -> None:
    await desk.soft_no(reason="location")
    await records.publish(job(remote=True))
    assert await brought_by(desk) == {candidate_id("ats:ada")}

    await records.publish(job(**{"remote": True} | change))

    assert await brought_by(desk) == set()


@pytest.mark.parametrize("change", [{"status": "closed"}, {"remote": False}])
async def test_it_leaves_the_reasons_of_those_whom_a_recruiter_holds(
    desk: Desk, records: Records, change: dict[str, Any]
) -> None:
    held, free = candidate_id("ats:ada"), candidate_id("ats:bob")
    await desk.soft_no("ats:ada", reason="location")
    await records.publish(job(remote=True))
    now = datetime.now(UTC)
    await tick(desk.sessions, now=now, settings=desk.settings)
    item, lease = await desk.claim_one(now, seconds=900)
    await desk.soft_no("ats:bob", reason="location", on="2026-03-03")
    assert await brought_by(desk) == {free}

    await records.publish(job(**{"remote": True} | change))

    async def listed(at: datetime) -> dict[UUID, tuple[QueueStatus, str]]:
        listed = await desk.listed(at, position=position_id("ats:remote"))
        return {one.item.person_id: (one.item.status(at), one.item.explanation(at)) for one in listed}

    of_ada = await listed(now)
    assert of_ada.keys() == {held}
    assert of_ada[held][0] is QueueStatus.CLAIMED
    assert "a role that fitted has closed or changed since it was claimed" in of_ada[held][1]
    await tick(desk.sessions, now=now + timedelta(seconds=899), settings=desk.settings)
    assert (await listed(now)).keys() == {held}
    assert [one.type for one in await desk.events() if one.subject == held] == [
        "rekindle.queue_item.fell_due",
        "rekindle.queue_item.claimed",
    ], "nothing falls due anew"
    await tick(desk.sessions, now=now + timedelta(seconds=901), settings=desk.settings)
    assert await listed(now) == {}
    done = await complete_item(desk.sessions, item, lease=lease, outcome=QueueOutcome.NO_FIT, now=now, settings=desk.settings)
    assert done.status is QueueStatus.SCHEDULED, "the time of the no comes all the same"


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
