"""What evidence says of a person: whether they are in play, when they last took part, whether we hired them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.candidates.domain.learning import Evidence
from services.candidates.domain.pursuits import is_in_play, last_sign, was_hired

BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ROLE = UUID(int=1)


def fact(kind: str, day: int, **data: Any) -> Evidence:
    name = kind if "." in kind else f"pursuit.{kind}"
    return Evidence(uuid4(), f"rekindle.{name}", BEGUN + day * DAY, {"position": str(ROLE), **data})


@pytest.mark.parametrize(
    ("kind", "data", "is_sign"),
    [
        ("contacted", {}, False),
        ("responded", {"auto": True}, False),
        ("stage_entered", {"stage": "contacted"}, False),
        ("rejected", {"reason": "skills"}, False),
        ("ghosted", {}, False),
        ("responded", {}, True),
        ("interview_scheduled", {}, True),
        ("submitted", {}, True),
        ("offer_accepted", {}, True),
        ("started", {}, True),
        ("stage_entered", {"stage": "screening"}, True),
        ("declined", {"reason": "salary"}, True),
    ],
)
def test_whatever_the_person_took_part_in_is_a_sign_of_them(kind: str, data: dict[str, Any], is_sign: bool) -> None:
    assert last_sign([fact("contacted", 0), fact(kind, 1, **data)]) == (BEGUN + DAY if is_sign else None)


def test_what_was_retracted_is_no_sign_and_opens_nothing() -> None:
    applied = fact("applied", 1)
    evidence = [applied, fact("event.retracted", 2, event=str(applied.id), position=None)]

    assert last_sign(evidence) is None
    assert not is_in_play(evidence, {}, BEGUN + 3 * DAY)


def test_a_pursuit_is_open_until_it_is_closed_ghosted_or_its_position_closes() -> None:
    now = BEGUN + 90 * DAY
    applied, contacted = fact("applied", 1), fact("contacted", 2)

    assert is_in_play([applied], {}, now)
    assert is_in_play([applied], {ROLE: [now + DAY]}, now)
    assert not is_in_play([applied], {ROLE: [now - DAY]}, now)
    assert not is_in_play([applied, fact("rejected", 3, reason="skills")], {}, now)
    assert is_in_play([contacted], {}, BEGUN + 31 * DAY)
    assert not is_in_play([contacted], {}, now)
    assert is_in_play([fact("rejected", 3, reason="skills"), applied, fact("applied", 5, position=str(UUID(int=2)))], {}, now)
    assert not is_in_play([], {}, now)


def test_whom_we_hired_is_said_by_a_hire_a_first_day_or_the_stage_of_an_ats() -> None:
    for kind, data in (("hired", {}), ("started", {}), ("stage_entered", {"stage": "hired"})):
        hired = fact(kind, 5, **data)

        assert was_hired([fact("applied", 1), hired])
        assert not was_hired([fact("applied", 1), hired, fact("event.retracted", 6, event=str(hired.id))])
    assert not was_hired([fact("stage_entered", 5, stage="hired"), fact("stage_entered", 6, stage="offered")])
    assert not was_hired([fact("offered", 1)])
