"""What a person lacked and has by now brings them back at once; and how close we stay to those who got away."""

from typing import Any

import pytest

from services.engagement.domain.gained import Gained
from shared.events.vocabulary import Tier, Trigger
from tests.unit.engagement.story import B, Story, day

KUBERNETES = {"missing_skills": ["kubernetes"]}


def lacking(facts: dict[str, Any], gained: Gained, reason: str = "skills", **data: Any) -> Story:
    """Rejected on 2 March."""
    story = Story(gained=gained).pursuit("contacted", "2026-03-01")
    return story.pursuit("rejected", "2026-03-02", reason=reason, facts=facts, **data)


def test_a_skill_that_was_lacking_brings_the_person_back_once_the_record_names_it() -> None:
    story = lacking(KUBERNETES, Gained({"kubernetes": day("2026-04-10"), "go": day("2026-05-01")}))

    [reason] = story.live().reasons

    assert (reason.due_at, reason.trigger) == (day("2026-04-10"), Trigger.SIGNAL)
    assert reason.why[-1] == "their record names kubernetes since 10 April 2026"


@pytest.mark.parametrize(
    ("reason", "facts", "gained"),
    [
        ("skills", KUBERNETES, Gained({"go": day("2026-04-10")})),
        ("skills", KUBERNETES, Gained({"kubernetes": day("2026-02-10")})),
        ("skills", KUBERNETES, Gained({"kubernetes": day("2026-12-10")})),
        ("skills", {"missing_skills": ["kubernetes", "go"]}, Gained({"go": day("2026-04-10")})),
        ("skills", {}, Gained({"go": day("2026-04-10")})),
        ("salary", {"asked": 1}, Gained({"go": day("2026-04-10")}, [(9, day("2026-04-10"))])),
        ("experience", {"years_had": 3, "years_needed": 5}, Gained(years=[(4, day("2026-04-10"))])),
        ("experience", {"years_had": 3, "years_needed": 5}, Gained(years=[(5, day("2026-02-10")), (6, day("2026-04-10"))])),
    ],
)
def test_anything_else_leaves_the_plan_as_it_was(reason: str, facts: dict[str, Any], gained: Gained) -> None:
    assert lacking(facts, gained, reason).live() == lacking(facts, Gained(), reason).live()


def test_enough_years_in_the_record_are_the_gap_that_has_passed() -> None:
    years = [(4.0, day("2026-04-01")), (5.0, day("2026-06-01")), (6.0, day("2026-07-01"))]

    [reason] = lacking({"years_had": 3, "years_needed": 5}, Gained(years=years), "experience").live().reasons

    assert (reason.due_at, reason.trigger) == (day("2026-06-01"), Trigger.SIGNAL)
    assert reason.why[-1] == "their record names 5 years of experience since 1 June 2026"


def test_what_only_a_position_meets_is_not_met_by_a_gain() -> None:
    story = lacking(KUBERNETES, Gained({"kubernetes": day("2026-04-10")}), also=[{"reason": "preferred_another", "facts": {}}])

    assert story.item() is None


def test_of_several_reasons_the_others_keep_their_times() -> None:
    story = lacking(KUBERNETES, Gained({"kubernetes": day("2026-04-10")}), also=[{"reason": "timing", "facts": {}}])

    assert [(one.due_at, one.trigger) for one in story.live().reasons] == [(day("2026-05-31"), Trigger.SIGNAL)]


def test_outreach_uses_it_up_and_another_skill_does_not_make_it_anew() -> None:
    gained = Gained({"kubernetes": day("2026-04-10"), "go": day("2026-06-01")})

    story = lacking(KUBERNETES, gained).pursuit("contacted", "2026-04-12", B)

    [plan] = story.plans
    assert (plan.due_at, plan.trigger) == (day("2026-08-29"), Trigger.TIME)


@pytest.mark.parametrize(
    ("kind", "reason", "tier"),
    [
        ("rejected", "preferred_another", Tier.INNER),
        ("declined", "offer_declined", Tier.INNER),
        ("declined", "salary", Tier.POOL),
        ("rejected", "position_closed", Tier.POOL),
    ],
)
def test_those_who_got_away_are_inner_whatever_their_record_says(kind: str, reason: str, tier: Tier) -> None:
    story = Story(tier=Tier.POOL).pursuit("contacted", "2026-03-01").pursuit(kind, "2026-03-02", reason=reason)
    story.fact("candidate.signal_observed", "2026-03-03", signal="promoted")

    assert (story.live().tier, story.derived().tier) == (tier, tier)


def test_an_offer_declined_that_is_retracted_makes_nobody_inner() -> None:
    story = Story(tier=Tier.WARM).declined("2026-03-02", "offer_declined")
    story.fact("event.retracted", "2026-03-03", "ats:a", type="rekindle.pursuit.declined")

    assert story.derived().tier is Tier.WARM
