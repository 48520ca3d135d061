"""Every row of product.md's tables of noes: when we may come back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.engagement.domain.return_policy import ReturnPolicy
from services.engagement.domain.returns import conditions_of, due_by_time
from services.engagement.domain.sentences import sentence_of
from shared.attempts import Close, CloseKind
from shared.events.vocabulary import HARD_NOS, Reason
from tests.unit.engagement.story import day

CLOSED = day("2026-03-02")
POLICY = ReturnPolicy()


def close(reason: Reason, facts: dict[str, Any] | None = None, kind: CloseKind = "declined", by: str | None = None) -> Close:
    return Close(kind, reason, CLOSED, facts or {}, by)


BY_POSITION_ALONE = (Reason.REJECTED_BY_SPONSOR, Reason.PREFERRED_ANOTHER, Reason.POSITION_CLOSED)


def due(reason: Reason, facts: dict[str, Any] | None = None, policy: ReturnPolicy = POLICY) -> datetime | None:
    return due_by_time(conditions_of(close(reason, facts), policy))


def midnight(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "facts", "expected"),
    [
        (Reason.SALARY, {"asked": 85000, "currency": "EUR"}, day("2026-08-29")),
        (Reason.SALARY, {}, day("2026-08-29")),
        (Reason.AVAILABILITY, {"available_from": "2026-09-01"}, midnight("2026-08-18")),
        (Reason.AVAILABILITY, {"available_from": "2026-03-10"}, CLOSED),
        (Reason.AVAILABILITY, {}, day("2026-05-31")),
        (Reason.LOCATION, {"locations": [{"country": "DE"}], "remote": True}, day("2027-03-02")),
        (Reason.EXPERIENCE, {"years_had": 3, "years_needed": 5}, day("2028-03-02")),
        (Reason.EXPERIENCE, {"years_had": 4.5, "years_needed": 5}, day("2026-08-31")),
        (Reason.EXPERIENCE, {"years_had": 6, "years_needed": 5}, day("2027-03-02")),
        (Reason.EXPERIENCE, {"years_needed": 5}, day("2027-03-02")),
        (Reason.EXPERIENCE, {}, day("2027-03-02")),
        (Reason.SKILLS, {"missing_skills": ["kafka"]}, day("2026-08-29")),
        (Reason.ROLE_FIT, {"wanted_level": "staff"}, day("2026-08-29")),
        (Reason.TIMING, {"revisit_on": "2026-10-15"}, midnight("2026-10-15")),
        (Reason.TIMING, {}, day("2026-05-31")),
        (Reason.REJECTED_BY_SPONSOR, {"sponsor": "acme"}, None),
        (Reason.PREFERRED_ANOTHER, {"rank": 2}, None),
        (Reason.POSITION_CLOSED, {}, None),
        (Reason.ACCEPTED_ELSEWHERE, {"start_on": "2026-05-01"}, midnight("2027-02-25")),
        (Reason.ACCEPTED_ELSEWHERE, {}, day("2026-12-27")),
        (Reason.COUNTER_OFFER, {"start_on": "2026-05-01"}, midnight("2027-02-25")),
        (Reason.COUNTER_OFFER, {}, day("2026-12-27")),
        (Reason.GHOSTED, {}, day("2026-05-01")),
        (Reason.NO_SHOW, {}, day("2026-04-01")),
        (Reason.UNSPECIFIED, {}, day("2026-06-30")),
    ],
)
def test_each_soft_no_comes_back_in_its_time(reason: Reason, facts: dict[str, Any], expected: datetime | None) -> None:
    assert due(reason, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"reason": "salary", "asked": 95000}, day("2026-08-29")),
        ({"reason": "timing", "revisit_on": "2026-10-15"}, midnight("2026-10-15")),
        ({"reason": "location"}, day("2027-03-02")),
        ({"asked": 95000}, day("2026-08-29")),
        ({"revisit_on": "2026-10-15"}, midnight("2026-10-15")),
        ({"remote": True}, day("2027-03-02")),
        ({}, day("2026-06-30")),
    ],
)
def test_a_declined_offer_comes_back_as_its_reason(facts: dict[str, Any], expected: datetime) -> None:
    [condition] = conditions_of(close(Reason.OFFER_DECLINED, facts), POLICY)

    assert (condition.reason, condition.due_at) == (Reason.OFFER_DECLINED, expected)


@pytest.mark.parametrize("reason", sorted(HARD_NOS))
def test_a_hard_no_has_no_plan(reason: Reason) -> None:
    assert not conditions_of(close(reason), POLICY)


@pytest.mark.parametrize("reason", [reason for reason in Reason if not reason.is_hard_no])
def test_every_soft_no_has_a_plan_not_before_its_close(reason: Reason) -> None:
    [condition] = conditions_of(close(reason), POLICY)

    assert (condition.due_at or condition.position_from or day("2000-01-01")) >= CLOSED


@pytest.mark.parametrize(("reason", "days"), list(zip(BY_POSITION_ALONE, (14, 0, 0), strict=True)))
def test_where_no_time_is_named_a_position_alone_brings_them_back(reason: Reason, days: int) -> None:
    [condition] = conditions_of(close(reason), POLICY)
    also = Close("declined", Reason.SALARY, CLOSED, {}, also=[{"reason": reason}])

    assert condition.due_at is None
    assert condition.position_from == CLOSED + timedelta(days=days)
    assert due_by_time(conditions_of(also, POLICY)) is None


def test_how_long_a_position_waits_is_configuration() -> None:
    policy = ReturnPolicy(rejected_by_sponsor=timedelta(days=30), preferred_another=timedelta(days=7))

    found = [conditions_of(close(reason), policy)[0].position_from for reason in BY_POSITION_ALONE]

    assert found == [CLOSED + timedelta(days=30), CLOSED + timedelta(days=7), CLOSED]


@pytest.mark.parametrize(("row", "days"), [(1, 60), (2, 120), (3, 240), (4, 480), (7, 3650), (500, 3650)])
def test_ghosting_doubles_with_each_in_a_row_up_to_ten_years(row: int, days: int) -> None:
    [condition] = conditions_of(close(Reason.GHOSTED, kind="ghosted"), POLICY, ghosted_in_a_row=row)

    assert condition.due_at == CLOSED + timedelta(days=days)


def test_a_date_is_a_day_of_the_organisation() -> None:
    policy = ReturnPolicy(zone=ZoneInfo("America/New_York"))

    assert due(Reason.TIMING, {"revisit_on": "2026-10-15"}, policy) == datetime(2026, 10, 15, 4, tzinfo=UTC)


def test_a_leap_day_comes_back_on_the_28th() -> None:
    leap = Close("rejected", Reason.EXPERIENCE, day("2028-02-29"), {"years_had": 1, "years_needed": 2})

    assert due_by_time(conditions_of(leap, POLICY)) == day("2029-02-28")


def test_the_sponsors_unexplained_no_waits_for_another_sponsor() -> None:
    [condition] = conditions_of(close(Reason.UNSPECIFIED, kind="rejected", by="sponsor"), POLICY)

    assert (condition.reason, condition.position_from) == (Reason.REJECTED_BY_SPONSOR, day("2026-03-16"))


@pytest.mark.parametrize(
    ("reason", "facts", "kind", "expected"),
    [
        (Reason.SALARY, {"asked": 85000, "currency": "EUR"}, "declined", "declined for salary at 85,000 EUR in March 2026"),
        (Reason.SALARY, {}, "declined", "declined for salary in March 2026"),
        (
            Reason.AVAILABILITY,
            {"available_from": "2026-06-01"},
            "declined",
            "declined for availability (free from 1 June 2026) in March 2026",
        ),
        (
            Reason.LOCATION,
            {"locations": [{"country": "DE"}, {"city": "Vienna"}], "remote": True},
            "declined",
            "declined for location (wants DE, Vienna or remote) in March 2026",
        ),
        (
            Reason.EXPERIENCE,
            {"years_had": 3.5, "years_needed": 5},
            "rejected",
            "rejected for experience (3.5 of 5 years) in March 2026",
        ),
        (
            Reason.SKILLS,
            {"missing_skills": ["kafka", "go"]},
            "rejected",
            "rejected for skills (lacked kafka and go) in March 2026",
        ),
        (Reason.ROLE_FIT, {"wanted_level": "staff"}, "withdrawn", "withdrawn for role fit (wants staff) in March 2026"),
        (
            Reason.TIMING,
            {"revisit_on": "2026-10-15"},
            "declined",
            "declined for timing (asked us to come back on 15 October 2026) in March 2026",
        ),
        (Reason.REJECTED_BY_SPONSOR, {"sponsor": "acme"}, "rejected", "rejected by the sponsor acme in March 2026"),
        (Reason.PREFERRED_ANOTHER, {"rank": 2}, "rejected", "close behind the one who was chosen (rank 2) in March 2026"),
        (Reason.POSITION_CLOSED, {}, "position_closed", "the position closed in March 2026"),
        (
            Reason.OFFER_DECLINED,
            {"reason": "salary", "asked": 95000.5, "currency": "USD"},
            "declined",
            "declined our offer for salary at 95,000.5 USD in March 2026",
        ),
        (Reason.OFFER_DECLINED, {}, "declined", "declined our offer in March 2026"),
        (
            Reason.ACCEPTED_ELSEWHERE,
            {"start_on": "2026-05-01"},
            "declined",
            "accepted another offer (from 1 May 2026) in March 2026",
        ),
        (Reason.COUNTER_OFFER, {}, "declined", "stayed for a counter-offer in March 2026"),
        (Reason.GHOSTED, {}, "ghosted", "stopped answering in March 2026"),
        (Reason.NO_SHOW, {}, "no_show", "did not come in March 2026"),
        (Reason.UNSPECIFIED, {}, "declined", "declined without a reason in March 2026"),
    ],
)
def test_a_plan_says_why_in_words(reason: Reason, facts: dict[str, Any], kind: CloseKind, expected: str) -> None:
    assert sentence_of(close(reason, facts, kind), POLICY.zone) == expected
