"""How a return plan reads: what must be met, and when or by what the person comes back."""

from typing import Any

import pytest

from services.engagement.domain.plan_sentences import condition_in_words, words_of
from shared.events.closes import CloseFacts
from shared.events.vocabulary import Reason
from shared.timestamps import UTC_ZONE
from tests.unit.engagement.story import Story, day


def sentence(story: Story, now: str) -> str:
    [plan] = story.plans
    return words_of(plan, zone=UTC_ZONE, now=day(now)).sentence


def salary() -> Story:
    return Story().declined("2026-03-02", "salary", facts={"asked": 85000, "currency": "EUR"})


@pytest.mark.parametrize(
    ("reason", "facts", "expected"),
    [
        (Reason.SALARY, {"asked": 85000, "currency": "EUR"}, "a position pays 85,000 EUR"),
        (Reason.SALARY, {}, "a position pays more"),
        (Reason.AVAILABILITY, {"available_from": "2026-06-01"}, "a position starts on 1 June 2026 or later"),
        (Reason.AVAILABILITY, {}, ""),
        (Reason.LOCATION, {"locations": ["DE", "Vienna"], "remote": True}, "a position is in DE, Vienna or remote"),
        (Reason.LOCATION, {"remote": True}, "a position is remote"),
        (Reason.LOCATION, {}, "a position is somewhere else"),
        (Reason.EXPERIENCE, {"years_had": 3, "years_needed": 5}, "a position asks for 3 years or less"),
        (Reason.EXPERIENCE, {}, "a position asks for less experience"),
        (Reason.SKILLS, {"missing_skills": ["go", "k8s"]}, "a position does not need go or kubernetes, or they have learnt it"),
        (Reason.SKILLS, {}, "a position does not need what they lacked, or they have learnt it"),
        (Reason.ROLE_FIT, {"wanted_level": "lead", "wanted_role": "engineer"}, "a position is lead engineer"),
        (Reason.ROLE_FIT, {}, "a position of another level or role opens"),
        (Reason.TIMING, {"revisit_on": "2026-10-15"}, ""),
        (Reason.REJECTED_BY_SPONSOR, {"sponsor": "acme"}, "a position of a sponsor other than acme opens"),
        (Reason.PREFERRED_ANOTHER, {"rank": 2}, "a similar position opens"),
        (Reason.POSITION_CLOSED, {}, "a similar position opens"),
        (Reason.OFFER_DECLINED, {"reason": "salary", "asked": 95000}, "a position pays 95,000"),
        (Reason.ACCEPTED_ELSEWHERE, {"start_on": "2026-05-01"}, ""),
        (Reason.COUNTER_OFFER, {}, ""),
        (Reason.GHOSTED, {}, ""),
        (Reason.NO_SHOW, {}, ""),
        (Reason.UNSPECIFIED, {}, ""),
    ],
)
def test_each_condition_says_which_position_meets_it(reason: Reason, facts: dict[str, Any], expected: str) -> None:
    assert condition_in_words(reason, CloseFacts.model_validate(facts)) == expected


def test_a_plan_says_when_and_by_what_they_come_back() -> None:
    assert sentence(salary(), "2026-04-01") == (
        "Declined for salary at 85,000 EUR in March 2026; comes back on 29 August 2026 or once a position pays 85,000 EUR."
    )
    assert sentence(salary(), "2026-09-01") == "Declined for salary at 85,000 EUR in March 2026; due since 29 August 2026."
    assert sentence(salary().pursuit("contacted", "2026-09-01"), "2026-10-01") == (
        "Declined for salary at 85,000 EUR in March 2026; comes back on news of them or once a position pays 85,000 EUR."
    )
    assert sentence(salary().fact("candidate.signal_observed", "2026-04-01", signal="promoted"), "2026-04-02") == (
        "Declined for salary at 85,000 EUR in March 2026; brought back by news of them since 1 April 2026."
    )


def test_a_plan_that_no_time_meets_names_no_date() -> None:
    story = Story().pursuit("interviewed", "2026-03-01")
    story.pursuit("rejected", "2026-03-02", reason="preferred_another", facts={"rank": 2})

    assert sentence(story, "2026-09-01") == (
        "Close behind the one who was chosen (rank 2) in March 2026; comes back on news of them or once a similar position opens."
    )

    also = [{"reason": "rejected_by_sponsor", "facts": {"sponsor": "acme"}}]
    story = Story().pursuit("interviewed", "2026-03-01").pursuit("rejected", "2026-03-02", reason="skills", also=also)
    assert sentence(story, "2026-09-01").endswith("; still to be met: rejected by sponsor.")


def test_of_several_reasons_it_says_which_are_still_to_be_met() -> None:
    story = Story().pursuit("contacted", "2026-03-01")
    also = [{"reason": "location", "facts": {"remote": True}}, {"reason": "timing", "facts": {"revisit_on": "2026-04-15"}}]
    story.pursuit("declined", "2026-03-02", reason="salary", facts={"asked": 85000, "currency": "EUR"}, also=also)
    ending = (
        "Declined for salary at 85,000 EUR, also for location (wants remote) and timing "
        "(asked us to come back on 15 April 2026), in March 2026; "
        "comes back on 2 March 2027 or once a position pays 85,000 EUR and a position is remote; "
    )

    assert sentence(story, "2026-04-01") == (
        f"{ending}still to be met: salary (by 29 August 2026), location (by 2 March 2027) and timing (by 15 April 2026)."
    )
    assert sentence(story, "2026-09-01") == f"{ending}still to be met: location (by 2 March 2027)."
