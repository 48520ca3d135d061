"""Bodies about applications: entered, staged, moved, rejected, hired, and undone; in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.connectors.domain.greenhouse.knowledge import Knowledge, KnownApplication, KnownFact
from services.connectors.domain.greenhouse.translation import Outcome
from shared.attempts import fact_of, fold
from tests.unit.connectors.greenhouse_bodies import (
    RECEIVED_AT,
    application,
    facts,
    offer,
    raw,
    the_fact,
    translated,
    types,
)

REJECTED_AT = datetime(2026, 2, 1, 10, tzinfo=UTC)
SEEN_AT = datetime(2026, 1, 12, 9, tzinfo=UTC)
APPLIED_AT = datetime(2026, 1, 10, 9, tzinfo=UTC)


def known(**changes: Any) -> KnownApplication:
    body: dict[str, Any] = {"candidate": "5", "jobs": ("9",), "prospect": False, "seen_at": SEEN_AT, "jobs_since": SEEN_AT}
    return KnownApplication(**(body | changes))


def known_fact(type_name: str, time: datetime = REJECTED_AT, **changes: Any) -> KnownFact:
    body: dict[str, Any] = {"event_id": f"x-{type_name}", "candidate": "greenhouse:5", "job": "9"}
    return KnownFact(type=type_name, time=time, **(body | changes))


def rejection(name: str | None = "Salary", kind: str | None = "We rejected them", **changes: Any) -> bytes:
    reason = {"id": 1, "name": name, "type": {"id": 2, "name": kind}} if name else None
    body = {"rejected_at": "2026-02-01T10:00:00Z", "last_activity_at": "2026-02-01T10:00:00Z", "status": "rejected"}
    return application("reject_candidate", **(body | {"rejection_reason": reason} | changes))


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


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Salary", "We rejected them", ("pursuit.rejected", "salary", "team")),
        ("Salary", "They rejected us", ("pursuit.declined", "salary", None)),
        ("Salary", "None specified", ("pursuit.rejected", "salary", "team")),
        ("Salary", None, ("pursuit.rejected", "salary", "team")),
        ("Withdrew", "They rejected us", ("pursuit.withdrawn", "unspecified", None)),
        ("Rejected by client", "We rejected them", ("pursuit.rejected", "rejected_by_sponsor", "sponsor")),
        ("Hiring Freeze", "None specified", ("pursuit.rejected", "position_closed", "team")),
        (None, None, ("pursuit.rejected", "unspecified", "team")),
    ],
)
def test_a_rejection_is_what_its_reason_and_type_say(
    name: str | None, kind: str | None, expected: tuple[str, str, str | None]
) -> None:
    translation = translated(rejection(name, kind))

    (fact,) = [one for one in facts(translation) if one.type != "pursuit.applied"]
    assert (fact.type, fact.data["reason"], fact.data.get("by")) == expected
    assert (fact.time, translation.unmapped) == (REJECTED_AT, ())


def test_a_hard_no_names_its_evidence() -> None:
    fact = the_fact(translated(rejection("Do Not Contact", "They rejected us")), "pursuit.declined")

    assert fact.data["reason"] == "do_not_contact"
    assert (fact.data["evidence"], fact.data["decided_by"]) == ("Greenhouse reason Do Not Contact", "greenhouse")


def test_an_unknown_reason_is_unspecified_and_listed() -> None:
    translation = translated(rejection("Wrong zodiac sign"))

    assert the_fact(translation, "pursuit.rejected").data["reason"] == "unspecified"
    assert [(name.kind, name.name) for name in translation.unmapped] == [("rejection_reason", "Wrong zodiac sign")]


def test_unreject_takes_back_the_close_that_is_known() -> None:
    knowledge = Knowledge(known(), (known_fact("pursuit.declined"),))
    body = application("unreject_candidate", last_activity_at="2026-02-01T10:00:00Z")

    translation = translated(body, knowledge)

    assert the_fact(translation, "event.retracted").data == {"source": "greenhouse", "id": "x-pursuit.declined"}
    assert translation.retracted == {"x-pursuit.declined"}


def test_unreject_leaves_a_later_rejection_alone() -> None:
    later = known_fact("pursuit.rejected", REJECTED_AT + timedelta(days=5))
    body = application("unreject_candidate", last_activity_at="2026-02-02T10:00:00Z")

    retracted = the_fact(translated(body, Knowledge(known(), (later,))), "event.retracted")

    assert retracted.data == {"type": "rekindle.pursuit.rejected", "position": "greenhouse:9"}
    assert retracted.time == datetime(2026, 2, 2, 10, tzinfo=UTC)


def test_a_decline_that_comes_after_its_undoing_is_taken_back_at_once() -> None:
    knowledge = Knowledge(known(rejection_undone_at=REJECTED_AT + timedelta(hours=1)))

    translation = translated(rejection("Salary", "They rejected us"), knowledge)

    declined = the_fact(translation, "pursuit.declined")
    assert the_fact(translation, "event.retracted").data["id"] == declined.event_id(
        translation.remembered[0].event_id.rpartition("-")[0]
    )


def test_unhire_takes_back_the_hire() -> None:
    hired = known_fact("pursuit.hired", RECEIVED_AT, at_receipt=True)
    body = application("unhire_candidate")

    known_one = translated(body, Knowledge(known(), (hired,)))
    unknown_one = translated(body)

    assert the_fact(known_one, "event.retracted").data == {"source": "greenhouse", "id": "x-pursuit.hired"}
    assert the_fact(unknown_one, "event.retracted").data == {
        "type": "rekindle.pursuit.hired",
        "position": "greenhouse:9",
    }


def test_the_same_rejection_sent_again_makes_no_second_close() -> None:
    before = known_fact("pursuit.rejected", reason="salary")
    applied = known_fact("pursuit.applied", APPLIED_AT, via="happy-hour")

    translation = translated(rejection("Salary"), Knowledge(known(), (before, applied)))

    assert (translation.outcome, types(translation)) == (Outcome.APPLIED, [])


def test_a_corrected_reason_replaces_the_close() -> None:
    before = known_fact("pursuit.rejected", reason="salary")

    translation = translated(rejection("Location"), Knowledge(known(), (before,)))

    assert the_fact(translation, "event.retracted").data["id"] == before.event_id
    assert the_fact(translation, "pursuit.rejected").data["reason"] == "location"


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


DELETED = raw("delete_application", {"application": {"id": 70, "candidate_id": 5, "job_id": 9}})


def test_a_deleted_application_takes_back_its_pursuits() -> None:
    moved_from = known_fact("pursuit.applied", job="8")

    retracted = facts(translated(DELETED, Knowledge(known(), (moved_from,))))

    assert [(one.type, one.data) for one in retracted] == [
        ("event.retracted", {"position": f"greenhouse:{job}", "whole": True}) for job in ("9", "8")
    ]
    assert {one.time for one in retracted} == {RECEIVED_AT}


def test_what_comes_of_a_deleted_application_is_no_fact() -> None:
    for sent in (IN_FLIGHT, rejection(), offer(), application("new_candidate_application")):
        translation = translated(sent, Knowledge(known(deleted=True)))

        assert types(translation) == []
        assert translation.reason == "the application was deleted"


def test_a_deleted_duplicate_leaves_the_pursuit_to_the_other_application() -> None:
    knowledge = Knowledge(known(), (known_fact("pursuit.rejected"),), frozenset({"9"}))

    (retracted,) = facts(translated(DELETED, knowledge))

    assert retracted.data == {"source": "greenhouse", "id": "x-pursuit.rejected"}


@pytest.mark.parametrize("number", [None, "", " ", "seventy", -1, 1.5, True, [], {}, 10**30, "7" * 60, "70/../1"])
def test_an_application_id_that_cannot_be_one_does_not_wait(number: object) -> None:
    for sent in (offer(application_id=number), application("application_updated", id=number, jobs=[], candidate=None)):
        translation = translated(sent)

        assert (translation.outcome, facts(translation)) == (Outcome.NOT_MAPPED, [])
        assert "the application's id is missing or is no number" in str(translation.reason)


def test_an_offer_waits_until_somebody_says_whose_it_is() -> None:
    unknown, resolved = translated(offer()), translated(offer(), Knowledge(known(recruiter="77")), zone="Europe/Berlin")

    assert (unknown.outcome, unknown.intents) == (Outcome.WAITING, ())
    offered = the_fact(resolved, "pursuit.offered")
    assert (offered.candidate, offered.time) == ("greenhouse:5", datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert offered.data == {"position": "greenhouse:9", "start_on": "2026-04-15", "recruiter": "greenhouse:77"}


def test_only_the_first_sending_is_an_offer() -> None:
    first = known_fact("pursuit.offered", datetime(2026, 2, 1, tzinfo=UTC))
    knowledge = Knowledge(known(), (first,))

    assert types(translated(offer(sent_on="2026-02-05", version=2), knowledge)) == []
    assert types(translated(offer(sent_on="2026-01-31"), knowledge)) == ["pursuit.offered"]


def test_an_offer_that_is_not_sent_is_not_mapped() -> None:
    translation = translated(offer(sent_on=None), Knowledge(known()))

    assert (translation.outcome, translation.reason) == (Outcome.NOT_MAPPED, "the offer is not sent yet")


def test_a_rejected_offer_is_declined() -> None:
    body = offer("offer_updated", offer_status="Rejected", resolved_at="2026-02-04T08:00:00Z")

    declined = the_fact(translated(body, Knowledge(known())), "pursuit.declined")

    assert (declined.data["reason"], declined.time) == ("offer_declined", datetime(2026, 2, 4, 8, tzinfo=UTC))


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
