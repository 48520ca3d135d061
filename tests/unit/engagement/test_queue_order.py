"""The order in which facts arrive, and whether a fact comes twice, plays no part in what an item is."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.engagement.domain.queue import Presence
from tests.unit.engagement.story import A, B, Story, day

KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("pursuit.sourced", {}),
    ("pursuit.applied", {}),
    ("pursuit.contacted", {"channel": "email"}),
    ("pursuit.contacted", {"channel": "email", "purpose": "reply"}),
    ("pursuit.responded", {"mood": "neutral"}),
    ("pursuit.responded", {"mood": "positive"}),
    ("pursuit.interested", {}),
    ("pursuit.interviewed", {}),
    ("pursuit.hired", {}),
    ("pursuit.left", {}),
    ("pursuit.declined", {"reason": "salary", "facts": {"asked": 1}}),
    ("pursuit.declined", {"reason": "do_not_contact"}),
    ("pursuit.rejected", {"reason": "preferred_another"}),
    ("pursuit.ghosted", {}),
    ("pursuit.no_show", {}),
    ("event.retracted", {"type": "rekindle.pursuit.declined"}),
)
OF_PERSON: tuple[tuple[str, dict[str, Any]], ...] = (
    ("candidate.signal_observed", {"signal": "promoted"}),
    ("candidate.hard_no_set", {"reason": "career_change"}),
    ("candidate.hard_no_lifted", {"reason": "career_change"}),
    ("event.retracted", {"type": "rekindle.candidate.hard_no_set"}),
)
STREAMS = (UUID(int=1), UUID(int=2))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    for _ in range(draw(st.integers(1, 14))):
        on = (day("2026-01-01") + timedelta(days=draw(st.integers(0, 300)))).date().isoformat()
        stream = draw(st.sampled_from(STREAMS))
        if draw(st.integers(0, 4)) == 0:
            kind, data = draw(st.sampled_from(OF_PERSON))
            story.fact(kind, on, stream=stream, **data)
        else:
            kind, data = draw(st.sampled_from(KINDS))
            story.fact(kind, on, draw(st.sampled_from((A, B))), stream=stream, **data)
    item = story.item()
    if item is not None and draw(st.booleans()):
        story.claimed("2026-10-01")
        story.done("2026-10-02", draw(st.sampled_from(("contacted", "wrong_time", "not_reachable"))))
    return story


@settings(max_examples=300, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_facts_gives_the_same_item(story: Story, random: Random) -> None:
    expected = story.item()
    shuffled = replace(story, facts=list(story.facts), entries=list(story.entries))
    random.shuffle(shuffled.facts)
    random.shuffle(shuffled.entries)

    assert shuffled.item() == expected


@settings(max_examples=200, deadline=None)
@given(stories())
def test_an_item_is_consistent_in_itself(story: Story) -> None:
    item = story.item()
    if item is None:
        assert not story.entries
        return
    assert 0 <= item.priority <= 100
    assert sum(part.points for part in item.parts) == item.priority
    assert all(part.why for part in item.parts)
    assert (item.presence is Presence.GONE) == (not item.reasons)
    assert item.due_at == min((reason.due_at for reason in item.reasons), default=None)
    strengths = [reason.strength for reason in item.reasons]
    assert strengths == sorted(strengths, reverse=True)
    assert all(reason.why and (reason.reason is None or not reason.reason.is_hard_no) for reason in item.reasons)
