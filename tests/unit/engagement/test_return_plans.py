"""Which soft nos live: what ends a condition, and what ends only the reason that was due."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.engagement.domain.queue_log import Action
from services.engagement.domain.return_plans import PlanRow
from shared.events.vocabulary import Reason, Trigger
from shared.ids import position_id
from tests.unit.engagement.story import A, B, C, Story, day


def lives(story: Story) -> list[tuple[Reason, int]]:
    return [(row.conditions[0].reason, row.attempt) for row in story.plans]


def one(story: Story) -> PlanRow:
    [row] = story.plans
    return row


def test_a_soft_no_is_a_plan_with_its_facts_and_time() -> None:
    row = one(Story().declined("2026-03-02", "salary", facts={"asked": 85000, "currency": "EUR"}))

    assert (row.position_id, row.attempt, row.closed_at) == (position_id(A), 1, day("2026-03-02"))
    assert (row.kind, row.due_at, row.trigger) == ("declined", day("2026-08-29"), Trigger.TIME)
    assert row.conditions[0].facts.asked == 85000


@pytest.mark.parametrize("on", ["2026-04-01", "2026-12-01"])
def test_neither_outreach_nor_a_recruiter_ends_the_condition(on: str) -> None:
    contacted = Story().declined("2026-03-02", "salary").pursuit("contacted", on)
    assert lives(contacted) == [(Reason.SALARY, 1)]

    for done in (Action.COMPLETED, Action.DISMISSED):
        handled = Story().declined("2026-03-02", "salary").claimed("2026-09-01").done("2026-09-02", "no_fit", action=done)
        assert lives(handled) == [(Reason.SALARY, 1)]
        assert (one(handled).due_at, one(handled).trigger) == (None, None)


def test_an_outreach_before_its_time_leaves_the_time_and_one_after_it_ends_it() -> None:
    assert one(Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-04-01", B)).due_at == day("2026-08-29")
    assert one(Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-09-01", B)).due_at is None


@pytest.mark.parametrize("kind", ["declined", "rejected", "withdrawn", "no_show"])
def test_a_newer_close_of_the_pursuit_ends_the_condition(kind: str) -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-04-01").pursuit(kind, "2026-04-02")

    assert [row.attempt for row in story.plans] == [2]


def test_a_newer_ghosting_does_not_end_it_and_takes_the_place_of_the_ghosting_before_it() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-04-01").pursuit("ghosted", "2026-05-01")
    assert lives(story) == [(Reason.SALARY, 1), (Reason.GHOSTED, 2)]

    story.pursuit("contacted", "2026-05-10").pursuit("ghosted", "2026-06-09")
    assert lives(story) == [(Reason.SALARY, 1), (Reason.GHOSTED, 3)]


def test_a_close_of_another_pursuit_ends_nothing() -> None:
    story = Story().declined("2026-03-02", "salary").declined("2026-04-02", "location", B)

    assert {reason for reason, _ in lives(story)} == {Reason.SALARY, Reason.LOCATION}


def test_a_hire_and_a_hard_no_end_all() -> None:
    assert not Story().declined("2026-03-02", "salary").pursuit("hired", "2026-05-01", B).plans
    assert not Story().declined("2026-03-02", "salary").fact("candidate.hard_no_set", "2026-05-01", reason="career_change").plans
    assert not Story().declined("2026-03-02", "do_not_contact").plans


@pytest.mark.parametrize(
    ("kind", "data", "trigger"),
    [
        ("candidate.signal_observed", {"signal": "laid_off"}, Trigger.SIGNAL),
        ("pursuit.responded", {"mood": "negative"}, Trigger.REPLY),
        ("pursuit.applied", {"position": str(position_id(B))}, Trigger.APPLICATION),
    ],
)
@pytest.mark.parametrize("reason", [reason for reason in Reason if not reason.is_hard_no])
def test_news_reopens_every_soft_no_at_once_also_after_its_time_was_used(
    reason: Reason, kind: str, data: dict[str, Any], trigger: Trigger
) -> None:
    used = Story().declined("2026-03-02", reason).pursuit("contacted", "2040-01-01", C)
    assert one(used).due_at is None

    used.fact(kind, "2040-02-01", B if "position" in data else None, **data)
    reopened = next(row for row in used.plans if row.position_id == position_id(A))
    assert (reopened.due_at, reopened.trigger) == (day("2040-02-01"), trigger)


def test_further_reasons_wait_for_the_latest_of_them() -> None:
    story = Story().pursuit("contacted", "2026-03-01")
    story.pursuit(
        "declined",
        "2026-03-02",
        reason="salary",
        also=[{"reason": "location", "facts": {"remote": True}}, {"reason": "timing", "facts": {"revisit_on": "2026-10-15"}}],
    )

    row = one(story)

    assert [condition.reason for condition in row.conditions] == [Reason.SALARY, Reason.LOCATION, Reason.TIMING]
    assert row.conditions[1].facts.remote is True
    assert row.due_at == day("2027-03-02")


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("pursuit.sourced", {}),
    ("pursuit.applied", {}),
    ("pursuit.contacted", {"channel": "email"}),
    ("pursuit.responded", {}),
    ("pursuit.interested", {}),
    ("pursuit.declined", {"reason": "salary", "also": [{"reason": "location", "facts": {}}]}),
    ("pursuit.rejected", {"reason": "preferred_another"}),
    ("pursuit.withdrawn", {"reason": "career_change"}),
    ("pursuit.ghosted", {}),
    ("pursuit.hired", {}),
    ("pursuit.left", {}),
    ("event.retracted", {"type": "rekindle.pursuit.hired"}),
]
FACTS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 28), st.sampled_from([A, B])), min_size=2, max_size=12)


@settings(max_examples=200, deadline=None)
@given(FACTS, st.randoms(use_true_random=False))
def test_plans_do_not_depend_on_the_order_of_arrival(facts: list[Any], shuffled: random.Random) -> None:
    story = Story()
    for (kind, data), on, position in facts:
        story.fact(kind, f"2026-{1 + on % 12:02d}-{on:02d}", position, **data)
    expected = story.plans

    shuffled.shuffle(story.facts)

    assert story.plans == expected
