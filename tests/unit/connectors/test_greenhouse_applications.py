"""Bodies about how an application begins and where it is: sourced, applied, in flight, staged."""

from typing import Any
from uuid import uuid4

import pytest

from services.connectors.domain.greenhouse.knowledge import Knowledge
from services.connectors.domain.greenhouse.translation import Outcome
from shared.attempts import fact_of, fold
from tests.unit.connectors.greenhouse_bodies import (
    APPLIED_AT,
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


def test_a_prospect_is_sourced_for_each_job() -> None:
    body = application("new_prospect_application", prospect=True, jobs=[{"id": 1}, {"id": 2}])

    found = facts(translated(body))

    assert [(fact.type, fact.data["position"]) for fact in found] == [
        ("pursuit.sourced", "greenhouse:1"),
        ("pursuit.sourced", "greenhouse:2"),
    ]
    assert len({fact.event_id("x") for fact in found}) == 2


def test_a_prospect_for_no_job_makes_no_fact_and_does_not_wait() -> None:
    translation = translated(application("new_prospect_application", prospect=True, jobs=[]))

    assert (translation.outcome, types(translation)) == (Outcome.APPLIED, [])
    assert translation.reason == "a prospect without a job has no pursuit"


def test_the_deprecated_single_job_is_read_too() -> None:
    body = application("new_candidate_application", jobs=None, job={"id": "9", "name": "Engineer"})

    assert the_fact(translated(body), "pursuit.applied").data["position"] == "greenhouse:9"


def test_a_flat_payload_and_a_person_are_read_too() -> None:
    body = raw(
        "candidate_stage_change",
        {
            "id": "70",
            "applied_at": "2026-01-10T09:00:00Z",
            "current_stage": {"name": "Face to Face"},
            "jobs": [{"id": 9}],
            "person": {"id": "5"},
        },
    )

    entered = the_fact(translated(body), "pursuit.stage_entered")

    assert (entered.candidate, entered.data["stage"]) == ("greenhouse:5", "interviewing")
    assert entered.time == RECEIVED_AT


@pytest.mark.parametrize("stage", ["Application Review", "Prospect", "Phone Screen"])
def test_who_applies_is_inbound_whatever_stage_they_enter(stage: str) -> None:
    found = facts(translated(application("new_candidate_application", current_stage={"name": stage})))

    for _ in range(8):  # whichever of the two ids sorts first
        facts_ = [fact_of(uuid4(), f"rekindle.{fact.type}", fact.time, fact.data) for fact in found]
        attempt = fold(facts_).current
        assert attempt is not None
        assert attempt.origin == "inbound"


def test_a_known_prospect_is_sourced_for_a_further_job() -> None:
    body = application("application_updated", prospect=True, jobs=[{"id": 9}, {"id": 10}])

    sourced = the_fact(translated(body, Knowledge(known(prospect=True))), "pursuit.sourced")

    assert sourced.data["position"] == "greenhouse:10"


def test_bare_names_are_read_too() -> None:
    body = rejection(current_stage="Offer", source="Agency", rejection_reason="Salary")

    translation = translated(body)

    assert the_fact(translation, "pursuit.stage_entered").data["stage"] == "interviewing"
    assert the_fact(translation, "pursuit.rejected").data["reason"] == "salary"


def test_an_unknown_stage_is_listed_and_makes_no_fact() -> None:
    body = application("candidate_stage_change", current_stage={"id": 4, "name": "Zodiac"})

    translation = translated(body)

    assert types(translation) == ["pursuit.applied"]
    assert [(name.kind, name.name, name.external_id, name.position) for name in translation.unmapped] == [
        ("stage", "Zodiac", "4", "9")
    ]
    assert translation.reason == "the stage 'Zodiac' has no mapping"


IN_FLIGHT = application("candidate_stage_change", current_stage={"name": "Phone Screen"})


def test_an_application_that_was_in_flight_at_the_start_is_inbound_and_has_its_source() -> None:
    applied = the_fact(translated(IN_FLIGHT), "pursuit.applied")

    assert (applied.time, applied.data["via"]) == (APPLIED_AT, "happy-hour")
    attempt = fold([fact_of(uuid4(), f"rekindle.{one.type}", one.time, one.data) for one in facts(translated(IN_FLIGHT))]).current
    assert attempt is not None
    assert attempt.origin == "inbound"


@pytest.mark.parametrize("action", ["application_updated", "reject_candidate", "hire_candidate", "unreject_candidate"])
def test_every_body_of_an_application_that_was_not_heard_of_says_when_they_applied(action: str) -> None:
    assert the_fact(translated(application(action)), "pursuit.applied").time == APPLIED_AT


def test_a_prospect_did_not_apply() -> None:
    sent = application("candidate_stage_change", prospect=True)
    sourced = known_fact("pursuit.sourced", APPLIED_AT)

    assert "pursuit.applied" not in types(translated(sent))
    assert "pursuit.applied" not in types(translated(IN_FLIGHT, Knowledge(known(prospect=True))))
    assert "pursuit.applied" not in types(translated(IN_FLIGHT, Knowledge(known(), (sourced,))))


def test_who_applied_is_on_record_once() -> None:
    applied = known_fact("pursuit.applied", APPLIED_AT, via="happy-hour")

    assert types(translated(application("new_candidate_application"), Knowledge(known(), (applied,)))) == []


@pytest.mark.parametrize(
    "worse",
    [{"time": SEEN_AT, "via": "happy-hour", "at_receipt": True}, {"time": APPLIED_AT}, {"time": SEEN_AT, "via": "happy-hour"}],
)
def test_a_body_that_knows_more_of_the_beginning_replaces_it(worse: dict[str, Any]) -> None:
    translation = translated(IN_FLIGHT, Knowledge(known(), (known_fact("pursuit.applied", **worse),)))

    assert the_fact(translation, "event.retracted").data["id"] == "x-pursuit.applied"
    assert the_fact(translation, "pursuit.applied").time == APPLIED_AT


def test_without_any_time_of_applying_the_first_body_is_the_latest() -> None:
    sent = application("candidate_stage_change", applied_at=None)

    assert the_fact(translated(sent), "pursuit.applied").time == SEEN_AT
    assert types(translated(sent, Knowledge(known()))) == []


@pytest.mark.parametrize("number", [None, "", " ", "seventy", -1, 1.5, True, [], {}, 10**30, "7" * 60, "70/../1"])
def test_an_application_id_that_cannot_be_one_does_not_wait(number: object) -> None:
    for sent in (offer(application_id=number), application("application_updated", id=number, jobs=[], candidate=None)):
        translation = translated(sent)

        assert (translation.outcome, facts(translation)) == (Outcome.NOT_MAPPED, [])
        assert "the application's id is missing or is no number" in str(translation.reason)


def test_who_may_not_be_written_to_is_unsubscribed_once() -> None:
    body = application("candidate_stage_change", candidate_can_email=False)

    unsubscribed = the_fact(translated(body), "candidate.unsubscribed")

    assert (unsubscribed.data, unsubscribed.candidate) == ({"channel": "email"}, "greenhouse:5")
    for sent in (body, application("candidate_stage_change")):
        assert types(translated(sent, Knowledge(emails_refused=True))) == ["pursuit.applied"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"recruiter": {"id": 1}, "candidate_recruiter": {"id": 2}}, "greenhouse:1"),
        ({"candidate_recruiter": {"id": 2, "name": "Ada", "email": "a@example.com"}}, "greenhouse:2"),
        (
            {"jobs": [{"id": 9, "hiring_team": {"recruiters": [{"user_id": 3}, {"user_id": 4, "responsible": True}]}}]},
            "greenhouse:4",
        ),
        ({"jobs": [{"id": 9, "hiring_team": {"recruiters": [{"user_id": 3}]}}]}, "greenhouse:3"),
        ({"credited_to": {"id": 8}}, None),
    ],
)
def test_the_recruiter_is_the_applications_else_the_candidates_else_the_jobs(
    changes: dict[str, Any], expected: str | None
) -> None:
    applied = the_fact(translated(application("new_candidate_application", **changes)), "pursuit.applied")

    assert applied.data.get("recruiter") == expected
