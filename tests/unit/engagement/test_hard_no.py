"""Which hard noes stand: the strictest of all streams, lifted only on their own stream."""

from uuid import UUID

import pytest

from shared.attempts import hard_nos
from shared.events.vocabulary import Reason
from tests.unit.engagement.story import A, Story, day, event_of

OTHER = UUID(int=2)


@pytest.mark.parametrize("kind", ["pursuit.declined", "pursuit.rejected", "pursuit.withdrawn"])
def test_a_close_with_a_hard_reason_sets_one(kind: str) -> None:
    facts = Story().fact(kind, "2026-03-02", A, reason="career_change").facts

    assert hard_nos(facts) == {Reason.CAREER_CHANGE: day("2026-03-02")}


def test_soft_closes_set_none() -> None:
    assert hard_nos(Story().declined("2026-03-02", "salary").facts) == {}


def test_a_later_lift_of_the_same_reason_lifts_and_an_earlier_or_other_one_does_not() -> None:
    def story() -> Story:
        return Story().fact("candidate.hard_no_set", "2026-03-02", reason="career_change")

    def lift(on: str, reason: str) -> dict[Reason, object]:
        return dict(hard_nos(story().fact("candidate.hard_no_lifted", on, reason=reason).facts))

    assert not lift("2026-03-03", "career_change")
    assert lift("2026-03-03", "client_complaint")
    assert lift("2026-03-01", "career_change")
    assert lift("2026-03-02", "career_change")


def test_no_link_between_streams_lifts_a_hard_no() -> None:
    story = Story().fact("candidate.hard_no_set", "2026-03-02", reason="do_not_contact")
    story.fact("candidate.hard_no_lifted", "2026-04-01", stream=OTHER, reason="do_not_contact")
    story.fact("event.retracted", "2026-04-01", stream=OTHER, type="rekindle.candidate.hard_no_set")

    assert Reason.DO_NOT_CONTACT in hard_nos(story.facts)


def test_a_retraction_takes_back_what_it_names() -> None:
    story = Story().fact("candidate.hard_no_set", "2026-03-02", reason="do_not_contact")
    by_type = story.fact("event.retracted", "2026-03-03", type="rekindle.candidate.hard_no_set")
    by_id = Story().fact("pursuit.rejected", "2026-03-02", A, reason="do_not_contact")
    by_id.fact("event.retracted", "2026-03-03", event=str(event_of(0)))

    assert hard_nos(by_type.facts) == {}
    assert hard_nos(by_id.facts) == {}


def test_a_retraction_by_type_takes_the_latest_before_it() -> None:
    story = Story().fact("candidate.hard_no_set", "2026-03-02", reason="career_change")
    story.fact("candidate.hard_no_set", "2026-03-05", reason="client_complaint")
    story.fact("event.retracted", "2026-03-04", type="rekindle.candidate.hard_no_set")

    assert hard_nos(story.facts) == {Reason.CLIENT_COMPLAINT: day("2026-03-05")}


def test_a_retraction_by_id_on_another_stream_lifts_nothing_either() -> None:
    story = Story().fact("candidate.hard_no_set", "2026-03-02", reason="do_not_contact")
    story.fact("event.retracted", "2026-04-01", stream=OTHER, event=str(event_of(0)))

    assert Reason.DO_NOT_CONTACT in hard_nos(story.facts)


def test_a_retraction_by_type_without_a_position_takes_one_fact() -> None:
    story = Story().fact("candidate.hard_no_set", "2026-03-02", reason="career_change")
    story.fact("candidate.hard_no_set", "2026-03-03", reason="client_complaint")
    story.fact("event.retracted", "2026-03-04", type="rekindle.candidate.hard_no_set")

    assert hard_nos(story.facts) == {Reason.CAREER_CHANGE: day("2026-03-02")}
