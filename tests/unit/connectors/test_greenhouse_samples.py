"""Every body of the vendor's documentation becomes the right facts, or is left unmapped with the reason."""

from datetime import UTC, datetime

import pytest

from services.connectors.domain.greenhouse.actions import MAPPED, NOT_MAPPED
from services.connectors.domain.greenhouse.translation import Outcome
from services.connectors.domain.intents import CandidatePatch, Erasure, PositionPatch
from tests.unit.connectors.greenhouse_bodies import SAMPLES, body, facts, sample, the_fact, translated, types

FACTS_OF = {
    "01-application-created": ["pursuit.applied", "pursuit.stage_entered"],
    "02-application-deleted": ["event.retracted"],
    "02-candidate-hired": ["pursuit.applied", "pursuit.hired", "pursuit.offered"],
    "04-candidate-stage-change": ["pursuit.applied", "pursuit.stage_entered"],
    "06-candidate-prospect-rejected": ["pursuit.applied", "pursuit.rejected", "pursuit.stage_entered"],
    "08-candidate-prospect-updated": [],
    "01-candidate-deleted": [],
    "01-job-created": [],
    "02-job-deleted": [],
    "03-job-updated": [],
    "04-job-approved": [],
}
WAIT = ["03-application-updated", "04-offer-created", "05-offer-approved", "06-offer-updated"]


@pytest.mark.parametrize("name", FACTS_OF)
def test_a_sample_makes_its_facts(name: str) -> None:
    translation = translated(sample(name))

    assert types(translation) == FACTS_OF[name]
    assert (translation.outcome, translation.reason, translation.unmapped) == (Outcome.APPLIED, None, ())


@pytest.mark.parametrize("name", WAIT)
def test_a_sample_that_names_no_candidate_or_job_waits(name: str) -> None:
    translation = translated(sample(name))

    assert translation.outcome is Outcome.WAITING
    assert facts(translation) == []


def test_every_sample_is_accounted_for() -> None:
    sample("01-job-created")
    for path in sorted(SAMPLES.glob("*/*.json")):
        payload = body(path.read_bytes())
        assert (path.stem in FACTS_OF) + (path.stem in WAIT) + (payload.action in NOT_MAPPED) == 1, path
        assert payload.action in MAPPED or NOT_MAPPED[payload.action]


def test_the_application_of_the_sample() -> None:
    translation = translated(sample("01-application-created"))

    applied, entered = the_fact(translation, "pursuit.applied"), the_fact(translation, "pursuit.stage_entered")
    position = {"position": "greenhouse:274075", "recruiter": "greenhouse:92121"}
    assert applied.candidate == entered.candidate == "greenhouse:60304594"
    assert applied.time == entered.time == datetime(2017, 10, 27, 14, 44, 43, tzinfo=UTC)
    assert applied.data == {**position, "via": "linkedin"}
    assert entered.data == {**position, "stage": "screening", "name": "Preliminary Phone Screen"}


def test_the_records_of_the_sample() -> None:
    intents = translated(sample("01-application-created")).intents

    person = next(intent for intent in intents if isinstance(intent, CandidatePatch))
    assert person.reference == "greenhouse:60304594"
    assert person.content == {
        "name": "Jane Smith",
        "title": "Manager",
        "company": "Current Company Co.",
        "emails": ["person@work.com", "person@example.com"],
        "phones": ["555-555-5555"],
        "links": ["https://mysite.com", "https://socialmedia.com"],
        "observed_at": "2017-10-27T14:44:42Z",
    }
    opening = next(intent for intent in intents if isinstance(intent, PositionPatch))
    assert opening.reference == "greenhouse:274075"
    assert opening.content == {
        "title": "Data Scientist",
        "status": "open",
        "opened_at": "2016-07-20T16:00:00Z",
        "closed_at": None,
        "locations": [{"country": "GB", "city": "London"}],
        "observed_at": "2017-10-27T14:44:42Z",
    }


def test_the_hire_of_the_sample() -> None:
    translation = translated(sample("02-candidate-hired"), zone="America/New_York")

    offered, hired = the_fact(translation, "pursuit.offered"), the_fact(translation, "pursuit.hired")
    assert offered.time == datetime(2014, 11, 10, 5, tzinfo=UTC)
    assert hired.time == datetime(2014, 11, 20, 22, 49, 14, tzinfo=UTC)
    assert hired.data == offered.data
    assert hired.data == {
        "position": "greenhouse:323753",
        "start_on": "2015-01-23",
        "amount": 80000,
        "currency": "USD",
        "recruiter": "greenhouse:55",
    }
    opening = next(intent for intent in translation.intents if isinstance(intent, PositionPatch))
    assert opening.content["salary"] == {"min": 10000, "max": 20000, "currency": "USD"}
    assert (opening.content["status"], opening.content["closed_at"]) == ("closed", "2014-11-25T22:49:14Z")


def test_the_rejection_of_the_sample() -> None:
    """Its type, "Wrong skill set", is none of the known ones: the team rejected."""
    rejected = the_fact(translated(sample("06-candidate-prospect-rejected")), "pursuit.rejected")

    assert rejected.time == datetime(2015, 2, 11, 15, 50, 41, tzinfo=UTC)
    assert rejected.data == {"position": "greenhouse:371417", "reason": "experience", "by": "team"}


def test_the_deletion_of_the_sample_is_an_erasure_and_nothing_else() -> None:
    payload = sample("01-candidate-deleted")

    assert translated(payload).intents == (Erasure("greenhouse:37031511"),)
    assert body(payload).deleted_applications == ("46196263", "46196258")
