"""Recruiters see how many people of the inner circle they keep, and to whom nobody had a personal word for too long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.engagement.settings import EngagementSettings
from shared.db.engine import Sessions
from shared.events import CandidateChanged
from shared.events.vocabulary import Tier
from shared.ids import candidate_id
from tests.integration.engagement.posting import Ats, event, retraction
from tests.integration.engagement.queue_desk import Desk
from tests.integration.engagement.records import Records

CIRCLE = "/v1/relationships/inner-circle"


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def desk(ats: Ats, engagement: Sessions, settings: EngagementSettings) -> Desk:
    return Desk(ats, engagement, settings)


@pytest.fixture
def records(engagement: Sessions, settings: EngagementSettings) -> Records:
    return Records(engagement, settings)


async def recorded(records: Records, *names: str) -> None:
    """Their records say that they are of the inner circle."""
    people = [candidate_id(name) for name in names]
    await records.publish(*[(one, CandidateChanged(candidate_id=one, person_id=one, tier=Tier.INNER)) for one in people])


async def owed(ats: Ats, **wanted: Any) -> list[tuple[str, str | None]]:
    """Who is owed a word, page by page, and who had the last one."""
    found: list[tuple[str, str | None]] = []
    page = await ats.get(f"{CIRCLE}/owed-words", limit=1, **wanted)
    while True:
        found += [(one["references"][0], one["recruiter"]) for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        page = await ats.get(f"{CIRCLE}/owed-words", limit=1, cursor=page["next_cursor"], **wanted)


async def test_a_word_is_owed_to_who_got_away_and_to_whom_the_record_says_so(ats: Ats, desk: Desk, records: Records) -> None:
    await desk.post(
        event(of="ats:ada", at=ago(100), recruiter="maria"),
        event("pursuit.rejected", of="ats:ada", at=ago(99), reason="preferred_another", by="team"),
        event(of="ats:bob", at=ago(90), recruiter="jonas"),
        event(of="ats:bob", at=ago(10), recruiter="jonas", kind="newsletter"),
        event(of="ats:cyd", at=ago(80), recruiter="maria"),
        event(of="ats:cyd", at=ago(5), recruiter="maria", id="lately"),
        event(of="ats:dan", at=ago(100), recruiter="maria"),
    )
    await desk.deliver()
    await recorded(records, "ats:bob", "ats:cyd")

    assert await owed(ats) == [("ats:ada", "maria"), ("ats:bob", "jonas")]
    assert await owed(ats, recruiter="jonas") == [("ats:bob", "jonas")]
    circle = await ats.get(CIRCLE)
    assert (circle["people"], circle["cap"], circle["is_over"]) == (3, 25, False)
    assert [(one["recruiter"], one["people"], one["owed"]) for one in circle["recruiters"]] == [
        ("maria", 2, 1),
        ("jonas", 1, 1),
    ]

    await desk.post(retraction("ats:cyd", id="lately", at=ago(1)))
    assert await owed(ats, recruiter="maria") == [("ats:ada", "maria"), ("ats:cyd", "maria")]


async def test_no_word_is_owed_to_whom_we_employ_nor_against_whom_a_hard_no_holds(ats: Ats, desk: Desk, records: Records) -> None:
    await desk.post(
        event(of="ats:ada", at=ago(100), recruiter="maria"),
        event("pursuit.hired", of="ats:ada", at=ago(90)),
        event(of="ats:bob", at=ago(100), recruiter="maria"),
        event("candidate.hard_no_set", of="ats:bob", at=ago(90), reason="do_not_contact", evidence="by mail", decided_by="maria"),
    )
    await recorded(records, "ats:ada", "ats:bob")

    assert await owed(ats) == []
    assert (await ats.get(CIRCLE))["people"] == 0


async def test_who_keeps_more_than_the_cap_is_named(ats: Ats, desk: Desk, records: Records, settings: EngagementSettings) -> None:
    names = [f"ats:{number}" for number in range(settings.inner_cap + 2)]
    await desk.post(*(event(of=name, at=ago(100), recruiter="maria") for name in names))
    await recorded(records, *names)

    circle = await ats.get(CIRCLE)

    assert circle["is_over"]
    assert [(one["recruiter"], one["people"], one["over"]) for one in circle["recruiters"]] == [
        ("maria", settings.inner_cap + 2, 2)
    ]


async def test_a_circle_that_is_too_large_to_be_folded_is_refused(
    ats: Ats, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.engagement.use_cases.read_inner_circle.MOST", 2)
    await recorded(records, "ats:ada", "ats:bob")
    assert (await ats.get(CIRCLE))["people"] == 2

    await recorded(records, "ats:cyd")

    for path in (CIRCLE, f"{CIRCLE}/owed-words"):
        assert (await ats.get(path, status=422))["code"] == "too_costly"
