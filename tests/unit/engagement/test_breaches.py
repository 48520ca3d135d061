"""Which contacts broke a rule: by the facts before each, in whatever order they came, as a check beforehand would have said."""

import cProfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.engagement.domain.contact import Ask, Case, ContactPolicies, ContactPolicy, place_of, state_of
from services.engagement.domain.contact.checks import reasons_against
from services.engagement.domain.contact.state import contact_of
from services.engagement.domain.derive import Person, Policy, derive, pursuits_of
from services.engagement.domain.facts import PersonFact
from services.engagement.domain.return_policy import ReturnPolicy
from shared.attempts import GHOST_AFTER, fact_of
from tests.unit.engagement.story import A, B, Story, day, event_of

POLICY = Policy(ReturnPolicy(), GHOST_AFTER)
MAR_3, MAR_24, JUNE = "2026-03-03", "2026-03-24", "2026-06-03"
LATER = day("2030-01-01")


def codes(story: Story, policy: Policy = POLICY, **where: Any) -> list[str]:
    """The codes of the breaches, oldest contact first."""
    person = Person(story.person, story.facts, story.closings, **where)
    return [one.code.value for one in derive(person, policy, now=LATER).breaches]


def first(**data: Any) -> Story:
    """Contacted on a Monday at noon."""
    return Story().pursuit("contacted", "2026-03-02", **{"recruiter": "maria", **data})


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (first(), []),
        (first().pursuit("hired", MAR_3).pursuit("contacted", JUNE, B), ["hired"]),
        (first().pursuit("hired", MAR_3).pursuit("left", "2026-05-03").pursuit("contacted", JUNE, B), []),
        (first().pursuit("contacted", JUNE, B).pursuit("hired", "2026-06-04"), []),
        (first().fact("candidate.hard_no_set", MAR_3, reason="career_change").pursuit("contacted", JUNE), ["hard_no"]),
        (
            first()
            .fact("candidate.hard_no_set", MAR_3, reason="do_not_contact")
            .pursuit("contacted", JUNE, purpose="reply"),
            ["do_not_contact"],
        ),
        (first().fact("candidate.consent_withdrawn", MAR_3, basis="consent").pursuit("contacted", JUNE), ["no_consent"]),
        (first().fact("candidate.unsubscribed", MAR_3, channel="email").pursuit("contacted", JUNE), ["unsubscribed"]),
        (first().fact("candidate.unsubscribed", MAR_3, channel="email").pursuit("contacted", JUNE, channel="phone"), []),
        (first().fact("candidate.bounced", MAR_3, channel="email").pursuit("contacted", JUNE), ["channel_unusable"]),
        (first().fact("candidate.cadence_chosen", MAR_3, every_days=100).pursuit("contacted", JUNE), ["cadence"]),
        (first().pursuit("contacted", "2026-03-05", B), ["team_cap"]),
        (first().pursuit("contacted", "2026-03-05", B, kind="newsletter"), []),
        (first().pursuit("contacted", "2026-03-05", B, purpose="logistics"), []),
        (
            first().pursuit("contacted", "2026-03-10").pursuit("contacted", "2026-03-18").pursuit("contacted", "2026-03-26"),
            ["unanswered_limit"],
        ),
        *(
            (
                first().pursuit("contacted", "2026-03-10").pursuit(*stage).pursuit("contacted", "2026-03-18")
                .pursuit("contacted", "2026-03-26"),
                [],
            )
            for stage in (("screened", "2026-03-11"), ("submitted", "2026-03-11"), ("offered", "2026-03-11"))
        ),
        *(
            (
                first().pursuit("contacted", "2026-03-10").pursuit("stage_entered", "2026-03-11", stage=stage)
                .pursuit("contacted", "2026-03-18").pursuit("contacted", "2026-03-26"),
                found,
            )
            for stage, found in (("screening", []), ("contacted", ["unanswered_limit"]))
        ),
        (
            first().pursuit("responded", MAR_3).pursuit("contacted", "2026-03-04", purpose="reply", recruiter="maria")
            .pursuit("contacted", "2026-03-12", B, recruiter="jonas"),
            ["in_conversation"],
        ),
        (first().pursuit("responded", MAR_3).pursuit("contacted", MAR_24, B), ["answer_first"]),
        (first().pursuit("responded", MAR_3).pursuit("rejected", "2026-03-04").pursuit("contacted", MAR_24, B), []),
        (first().pursuit("responded", MAR_3).pursuit("contacted", MAR_24, B).pursuit("rejected", MAR_24), ["answer_first"]),
        (Story().pursuit("contacted", "2026-03-02T21:00"), ["quiet_hours"]),
        (Story().pursuit("contacted", "2026-03-02T00:00"), []),  # a day alone breaks no quiet hours
        (Story().pursuit("contacted", "2026-03-07"), ["weekend"]),
        (Story().pursuit("contacted", "2026-03-07", purpose="reply"), []),
    ],
)  # fmt: skip
def test_a_rule_is_broken_by_the_facts_before_the_contact(story: Story, expected: list[str]) -> None:
    assert codes(story) == expected


def test_the_place_decides_about_hours_and_holidays() -> None:
    assert codes(Story().pursuit("contacted", "2026-12-25"), country="DE") == ["holiday"]
    assert codes(Story().pursuit("contacted", "2026-12-25"), country="JP") == ["quiet_hours"]
    assert codes(Story().pursuit("contacted", "2026-03-02T06:00"), time_zone="Asia/Tokyo") == []


def test_a_breach_says_which_contact_broke_it_and_why() -> None:
    story = first().pursuit("contacted", "2026-03-05", B, recruiter="jonas")
    [breach] = story.derived().breaches

    assert (breach.made_by, breach.recruiter, breach.channel) == (event_of(1), "jonas", "email")
    assert breach.why == "The team has contacted them once within 7 days, last on 2 March 2026 by maria."


def test_late_and_retracted_facts_take_a_breach_away() -> None:
    story = first().fact("candidate.consent_withdrawn", MAR_3, basis="consent").pursuit("contacted", JUNE)
    assert codes(story) == ["no_consent"]
    story.fact("candidate.consent_given", "2026-06-02", basis="consent")
    assert codes(story) == []

    story.pursuit("contacted", "2026-06-04", B)
    assert codes(story) == ["team_cap"]
    story.fact("event.retracted", "2026-07-01", event=str(event_of(2)))
    assert codes(story) == []


def test_the_policy_of_the_contact_s_time_decides() -> None:
    loose = ContactPolicy(team_cap=2)
    rules = ContactPolicies(((day("2020-01-01"), ContactPolicy()), (day("2026-04-01"), loose)))
    story = Story()
    for on in ("2026-03-02", MAR_3, "2026-04-06", "2026-04-07", "2026-04-08"):
        story.pursuit("contacted", on, f"ats:{on}")

    assert [one.made_at.date().isoformat() for one in story_breaches(story, replace(POLICY, contacts=rules))] == [
        MAR_3,
        "2026-04-08",
    ]


def story_breaches(story: Story, policy: Policy = POLICY) -> Sequence[Any]:
    return derive(Person(story.person, story.facts, story.closings), policy, now=LATER).breaches


KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pursuit.contacted", {"channel": "email", "recruiter": "maria"}),
    ("pursuit.contacted", {"channel": "phone", "recruiter": "jonas"}),
    ("pursuit.contacted", {"channel": "email", "purpose": "reply"}),
    ("pursuit.contacted", {"channel": "email", "kind": "newsletter"}),
    ("pursuit.applied", {}),
    ("pursuit.responded", {"channel": "email", "mood": "positive"}),
    ("pursuit.responded", {"auto": True}),
    ("pursuit.interviewed", {}),
    ("pursuit.hired", {}),
    ("pursuit.left", {}),
    ("pursuit.declined", {"reason": "do_not_contact"}),
    ("pursuit.rejected", {"reason": "skills"}),
    ("pursuit.no_show", {}),
    ("pursuit.stage_entered", {"stage": "hired"}),
    ("pursuit.stage_entered", {"stage": "screening"}),
    ("pursuit.feedback_given", {}),
)
OF_PERSON: tuple[tuple[str, dict[str, Any]], ...] = (
    ("candidate.unsubscribed", {"channel": "email"}),
    ("candidate.resubscribed", {"channel": "email"}),
    ("candidate.bounced", {"channel": "email"}),
    ("candidate.cadence_chosen", {"every_days": 30}),
    ("candidate.consent_given", {"basis": "consent", "expires_on": "2026-04-30"}),
    ("candidate.consent_withdrawn", {"basis": "consent"}),
    ("candidate.hard_no_set", {"reason": "career_change"}),
    ("candidate.hard_no_lifted", {"reason": "career_change"}),
    ("candidate.hard_no_lifted", {"reason": "do_not_contact", "by": "candidate"}),
    ("candidate.followup_promised", {"due_at": "2026-04-01T10:00:00Z"}),
)
RETRACTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("event.retracted", {"type": "rekindle.pursuit.contacted"}),
    ("event.retracted", {"type": "rekindle.pursuit.responded"}),
    ("event.retracted", {"whole": True}),
)


@st.composite
def stories(draw: st.DrawFn, *, retracts: bool) -> Story:
    story = Story()
    streams = (UUID(int=1), UUID(int=2))
    for _ in range(draw(st.integers(1, 16))):
        on = (datetime(2026, 1, 5, 10, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 150)))).strftime("%Y-%m-%dT%H:%M")
        kinds = draw(st.sampled_from((KINDS, KINDS, OF_PERSON, *([RETRACTIONS] if retracts else []))))
        kind, data = draw(st.sampled_from(kinds))
        position = draw(st.sampled_from((A, B))) if kinds is not OF_PERSON else None
        story.fact(kind, on, position, stream=draw(st.sampled_from(streams)), **data)
    if draw(st.booleans()):
        story.closings[next(iter({one.position for one in story.facts if one.position} or {UUID(int=3)}))] = [day("2026-03-20")]
    return story


@settings(max_examples=300, deadline=None)
@given(stories(retracts=False))
def test_a_check_beforehand_would_have_said_the_same(story: Story) -> None:
    expected = []
    ordered = sorted(story.facts, key=lambda one: fact_of(one.id, one.type, one.time, one.data).order)
    for number, fact in enumerate(ordered):
        if fact.type == "rekindle.pursuit.contacted":
            expected += [(fact.id, code) for code in checked(story, ordered[:number], fact)]

    assert [(one.made_by, one.code) for one in story_breaches(story)] == expected


def checked(story: Story, before: list[PersonFact], fact: PersonFact) -> list[str]:
    """The codes that a check would have answered with a moment before, had it known what was said by then."""
    moment = fact.time - timedelta(microseconds=1)
    closings = {position: [time for time in times if time < fact.time] for position, times in story.closings.items()}
    known = Person(story.person, before, closings)
    state = state_of(before, pursuits_of(known, POLICY, now=moment), ZoneInfo("UTC"))
    contact = contact_of(fact)
    ask = Ask(contact.channel, fact.time, False, contact.recruiter, contact.purpose, contact.kind, contact.position)
    case = Case(state, place_of(None, None, ZoneInfo("UTC")), ContactPolicy())
    return list(dict.fromkeys(one.code for one in reasons_against(case, replace(ask, is_day=ask.at.hour + ask.at.minute == 0))))


@settings(max_examples=300, deadline=None)
@given(stories(retracts=True), st.randoms(use_true_random=False))
def test_any_order_of_the_same_facts_gives_the_same_obligations_and_breaches(story: Story, random: Random) -> None:
    shuffled = list(story.facts)
    random.shuffle(shuffled)

    expected = derive(Person(story.person, story.facts, story.closings), POLICY, now=LATER)
    found = derive(Person(story.person, shuffled, story.closings), POLICY, now=LATER)
    assert (found.obligations, found.breaches) == (expected.obligations, expected.breaches)


def test_many_contacts_take_little_work_each() -> None:
    def calls(contacts: int) -> int:
        story = Story()
        for number in range(contacts):
            on = (datetime(2000, 1, 3, 12, tzinfo=UTC) + timedelta(days=number)).date().isoformat()
            story.pursuit("contacted", on).pursuit("responded", f"{on}T13:00")
        profile = cProfile.Profile()
        assert profile.runcall(story_breaches, story)
        return sum(entry.callcount for entry in profile.getstats())

    calls(20)  # reads the zones
    assert calls(2000) < 15 * calls(200)
