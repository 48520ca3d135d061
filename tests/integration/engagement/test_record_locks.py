"""Taking over records waits for the map of people before it touches a row that somebody who shares the map may want."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.settings import EngagementSettings
from services.engagement.storage import streams
from services.engagement.use_cases import derive_people
from shared.db.engine import Sessions
from shared.events import CandidateChanged
from shared.events.vocabulary import Level
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event
from tests.integration.engagement.records import Records
from tests.waiting import eventually

ADA, ADA_TOO = candidate_id("ats:ada"), candidate_id("gem:ada")


async def test_a_link_that_waits_for_the_map_holds_up_nobody_who_derives(
    engagement: Sessions, settings: EngagementSettings, ats: Ats
) -> None:
    await ats.post([event(of="ats:ada", at=datetime.now(UTC).isoformat()), event(of="gem:ada")], status=207)
    records = Records(engagement, settings)
    linked = CandidateChanged(candidate_id=ADA_TOO, person_id=ADA, level=Level.SENIOR)

    async def waiting() -> int:
        async with engagement.begin() as session:
            return int((await session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one())

    async with engagement.begin() as deriving:
        await streams.share_map(deriving)
        linking = asyncio.create_task(records.take_over((ADA_TOO, linked)))
        await eventually(waiting, lambda count: count > 0, seconds=10)
        async with asyncio.timeout(5):
            await streams.lock_rows(deriving, [ADA_TOO])
    await linking

    async with engagement.begin() as session:
        assert await streams.person_map(session, [ADA_TOO]) == {ADA_TOO: ADA}


async def test_a_person_whose_record_changes_while_the_clock_derives_them_is_derived_again(
    engagement: Sessions, settings: EngagementSettings, ats: Ats, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ats.post(event("pursuit.responded", at="2026-03-06T16:00:00Z"), status=201)
    await ats.follow()
    records = Records(engagement, settings)
    await records.take_over((ADA, CandidateChanged(candidate_id=ADA, person_id=ADA, country="DE")))
    derive, derived = derive_people.derive_people, []

    async def derive_and_hear_of_another_record(session: AsyncSession, of: Collection[UUID], **how: Any) -> Any:
        found = await derive(session, of, **how)
        derived.append(set(of))
        if len(derived) == 1:
            await records.take_over(
                (ADA, CandidateChanged(candidate_id=ADA, person_id=ADA, country="DE", time_zone="Asia/Tokyo"))
            )
        return found

    monkeypatch.setattr(derive_people, "derive_people", derive_and_hear_of_another_record)
    await derive_people.derive_stale(engagement, now=datetime.now(UTC), settings=settings)

    assert derived == [{ADA}, {ADA}, set()]
    async with engagement.begin() as session:
        assert not await streams.stale(session, 1)
