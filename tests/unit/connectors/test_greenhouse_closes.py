"""Bodies that close an application, or undo that: rejected, hired, declined; and offers."""

from datetime import UTC, datetime, timedelta

import pytest

from services.connectors.domain.greenhouse.knowledge import Knowledge
from services.connectors.domain.greenhouse.translation import Outcome
from tests.unit.connectors.greenhouse_bodies import (
    APPLIED_AT,
    RECEIVED_AT,
    REJECTED_AT,
    application,
    facts,
    known,
    known_fact,
    offer,
    rejection,
    the_fact,
    translated,
    types,
)


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
