"""A person's queue item: what makes it, what holds it back, what brings it forward, what ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.engagement.domain.queue import Presence, QueueStatus
from services.engagement.domain.sentences import as_sentence
from shared.events.vocabulary import Reason, Trigger
from shared.ids import position_id
from tests.unit.engagement.story import A, B, C, Story, day


def test_a_soft_no_makes_an_item_that_falls_due_by_time_alone() -> None:
    item = Story().declined("2026-03-02", "salary", facts={"asked": 85000, "currency": "EUR"}).live()

    assert item.due_at == day("2026-08-29")
    assert item.status(day("2026-08-28")) is QueueStatus.SCHEDULED
    assert item.status(day("2026-08-29")) is QueueStatus.DUE
    assert [(reason.position_id, reason.reason, reason.trigger) for reason in item.reasons] == [
        (position_id(A), Reason.SALARY, Trigger.TIME)
    ]


def test_the_explanation_tells_reason_facts_month_and_history() -> None:
    story = Story().pursuit("contacted", "2026-03-01").pursuit("responded", "2026-03-01T18:00:00")
    story.pursuit("declined", "2026-03-02", reason="salary", facts={"asked": 85000, "currency": "EUR"})

    explanation = story.live().explanation(day("2026-09-01"))

    assert explanation == "declined for salary at 85,000 EUR in March 2026; replied within a day after the first touch"


def test_the_explanation_says_nothing_twice() -> None:
    item = Story().declined("2026-03-02", "salary").live()
    no, pays, remote = "declined for salary in March 2026", "this role pays to 95,000 EUR", "this role can be done remotely"

    def said(*reasons: tuple[str, ...]) -> str:
        several = tuple(replace(item.reasons[0], why=why) for why in reasons)
        return as_sentence(replace(item, reasons=several).explanation(day("2026-09-01")))

    assert said((no, pays, "answered us"), (no, "answered us")) == (
        "Declined for salary in March 2026; this role pays to 95,000 EUR; answered us."
    )
    assert said((no, pays), (no, pays), (no, remote)) == (
        "Declined for salary in March 2026; this role pays to 95,000 EUR; also another role can be done remotely."
    )
    assert said((no, "answered us"), ("stopped answering in May 2026", "answered us")) == (
        "Declined for salary in March 2026; answered us; also stopped answering in May 2026."
    )


def test_a_person_without_any_close_has_no_item() -> None:
    assert Story().pursuit("contacted", "2026-03-01").item() is None


def test_all_plans_of_a_person_are_one_item_strongest_first() -> None:
    story = Story().pursuit("contacted", "2026-01-05").pursuit("contacted", "2026-01-05", B)
    story.pursuit("declined", "2026-01-10", reason="salary")
    story.pursuit("interviewed", "2026-01-15", B).pursuit("rejected", "2026-01-20", B, reason="skills")

    item = story.live()

    assert [reason.reason for reason in item.reasons] == [Reason.SKILLS, Reason.SALARY]
    assert item.due_at == day("2026-07-09")
    assert item.priority == item.reasons[0].strength + 5


def test_a_due_item_shows_the_reasons_that_are_due_and_a_scheduled_one_all() -> None:
    story = Story().pursuit("contacted", "2026-01-05").pursuit("contacted", "2026-01-05", B)
    story.pursuit("declined", "2026-01-10", reason="salary").pursuit("declined", "2026-01-20", B, reason="location")
    item = story.live()

    assert {reason.reason for reason in item.reasons_at(day("2026-03-01"))} == {Reason.SALARY, Reason.LOCATION}
    assert [reason.reason for reason in item.reasons_at(day("2026-07-10"))] == [Reason.SALARY]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("interested", {}),
        ("applied", {}),
        ("screened", {}),
        ("interviewed", {}),
        ("offered", {}),
        ("stage_entered", {"stage": "interviewing"}),
    ],
)
def test_an_item_is_held_back_while_the_person_is_in_play_elsewhere(kind: str, data: dict[str, str]) -> None:
    story = Story().declined("2026-03-02", "salary").pursuit(kind, "2026-04-01", B, **data)

    held = story.item()
    assert held is not None
    assert held.presence is Presence.HELD

    story.pursuit("rejected", "2026-05-01", B, reason="skills")
    assert {reason.reason for reason in story.live().reasons} == {Reason.SALARY, Reason.SKILLS}


@pytest.mark.parametrize(("now", "presence"), [("2026-06-29", Presence.HELD), ("2026-06-30", Presence.LIVE)])
def test_an_attempt_in_which_nothing_happens_for_90_days_holds_nobody_back(now: str, presence: Presence) -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("interested", "2026-03-20", B)
    story.pursuit("screened", "2026-04-01", B)

    held = story.item(now=now)

    assert held is not None
    assert held.presence is presence


def test_a_pursuit_that_is_open_below_interested_holds_nothing_back() -> None:
    story = Story().pursuit("contacted", "2026-02-20", B).declined("2026-03-02", "salary").pursuit("sourced", "2026-04-01", C)

    assert [reason.reason for reason in story.live().reasons] == [Reason.SALARY]


@pytest.mark.parametrize("position", [A, B, None])
def test_an_outreach_ends_what_is_due_and_nothing_else(position: str | None) -> None:
    def story(on: str) -> Story:
        return Story().declined("2026-03-02", "salary").fact("pursuit.contacted", on, position, channel="phone")

    assert story("2026-08-29").is_out
    assert story("2026-12-01").is_out
    assert story("2026-08-28").live().due_at == day("2026-08-29")


@pytest.mark.parametrize("purpose", ["reply", "logistics", "closing"])
def test_other_contacts_leave_the_plan_alone(purpose: str) -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-04-01", purpose=purpose)

    assert story.live().due_at == day("2026-08-29")


@pytest.mark.parametrize("kind", ["newsletter", "event_invite"])
@pytest.mark.parametrize("position", [None, A, B])
def test_a_newsletter_or_an_invitation_is_no_coming_back(kind: str, position: str | None) -> None:
    story = Story().declined("2026-03-02", "salary")

    assert not story.fact("pursuit.contacted", "2026-04-01", position, channel="email", kind=kind).is_out


def test_an_automatic_reply_brings_nobody_back() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("responded", "2026-04-01", auto=True)

    assert story.live().due_at == day("2026-08-29")


def test_after_an_outreach_only_a_newer_close_makes_an_item() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("contacted", "2026-09-01")
    story.pursuit("declined", "2026-09-03", reason="timing")

    assert [reason.reason for reason in story.live().reasons] == [Reason.TIMING]


def test_a_hire_takes_the_person_out_until_they_have_left_and_closed_anew() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("applied", "2026-04-01", B).pursuit("hired", "2026-05-01", B)
    assert story.is_out

    story.pursuit("left", "2027-05-01", B)
    assert story.is_out

    story.pursuit("applied", "2027-06-01", C).pursuit("rejected", "2027-06-10", C, reason="skills")
    assert [reason.reason for reason in story.live().reasons] == [Reason.SKILLS]


def test_a_hire_that_was_undone_brings_the_plans_back() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("hired", "2026-05-01", B)
    assert story.is_out

    story.fact("event.retracted", "2026-05-02", B, type="rekindle.pursuit.hired")
    assert not story.is_out


@pytest.mark.parametrize("reason", ["do_not_contact", "career_change"])
def test_a_hard_no_takes_the_person_out_and_lifting_it_brings_them_back(reason: str) -> None:
    story = Story().declined("2026-03-02", "salary").fact("candidate.hard_no_set", "2026-04-01", reason=reason)
    assert story.is_out

    story.fact("candidate.hard_no_lifted", "2026-06-01", reason=reason)
    assert not story.is_out


def test_a_hard_close_in_one_pursuit_takes_the_person_out_of_all() -> None:
    assert Story().declined("2026-03-02", "salary").declined("2026-04-01", "conduct_violation", B).is_out


def test_a_signal_reopens_at_once() -> None:
    story = Story().declined("2026-03-02", "salary").fact("candidate.signal_observed", "2026-04-01", signal="laid_off")

    [reason] = story.live().reasons

    assert (reason.due_at, reason.trigger) == (day("2026-04-01"), Trigger.SIGNAL)
    assert reason.why[-1] == "was laid off on 1 April 2026"


@pytest.mark.parametrize("mood", ["positive", "neutral", "negative"])
@pytest.mark.parametrize("position", [A, B, None])
def test_a_reply_reopens_at_once_until_we_have_answered(mood: str, position: str | None) -> None:
    story = Story().declined("2026-03-02", "salary").fact("pursuit.responded", "2026-04-01", position, mood=mood)

    [reason] = story.live().reasons
    assert (reason.due_at, reason.trigger) == (day("2026-04-01"), Trigger.REPLY)

    story.fact("pursuit.contacted", "2026-04-02", position, channel="email", purpose="reply")
    assert story.live().due_at == day("2026-08-29")


def test_a_reply_after_ghosting_reopens_the_pursuit_and_brings_the_person_up_at_once() -> None:
    story = Story().pursuit("contacted", "2026-01-01").pursuit("ghosted", "2026-01-31", by_clock=True)
    assert story.live().due_at == day("2026-04-01")

    story.pursuit("responded", "2026-02-20", mood="neutral")
    [reason] = story.live().reasons
    assert (reason.reason, reason.due_at, reason.trigger) == (Reason.GHOSTED, day("2026-02-20"), Trigger.REPLY)

    story.pursuit("interested", "2026-02-22")
    assert story.is_out


def test_news_older_than_the_last_no_says_nothing_any_more() -> None:
    story = Story().pursuit("contacted", "2026-02-01").pursuit("contacted", "2026-02-01", B)
    story.pursuit("declined", "2026-03-02", reason="salary").fact("candidate.signal_observed", "2026-03-15", signal="promoted")
    assert story.live().due_at == day("2026-03-15")

    story.pursuit("declined", "2026-04-01", B, reason="timing")
    assert story.live().due_at == day("2026-06-30")


def test_news_does_not_put_off_what_is_due() -> None:
    story = Story().declined("2026-03-02", "salary").fact("candidate.signal_observed", "2026-12-01", signal="promoted")

    assert story.live().due_at == day("2026-08-29")


def test_an_application_puts_the_person_in_play() -> None:
    assert Story().declined("2026-03-02", "salary").pursuit("applied", "2026-04-01").is_out


def test_weak_closes_plan_as_their_kinds() -> None:
    closed = Story().pursuit("sourced", "2026-01-01").pursuit("contacted", "2026-01-02")
    closed.closings[position_id(A)] = [day("2026-01-10")]
    absent = Story().pursuit("interested", "2026-01-01").pursuit("no_show", "2026-01-10")

    [plan] = closed.plans
    assert ([one.reason for one in plan.conditions], plan.closed_at) == ([Reason.POSITION_CLOSED], day("2026-01-10"))
    assert [(reason.reason, reason.due_at) for reason in absent.live().reasons] == [(Reason.NO_SHOW, day("2026-02-09"))]


def test_ghosting_doubles_for_each_pursuit_in_a_row_and_any_answer_begins_anew() -> None:
    story = Story().pursuit("contacted", "2026-01-01").pursuit("ghosted", "2026-01-31")
    story.pursuit("contacted", "2026-05-01", B).pursuit("ghosted", "2026-05-31", B)
    assert story.live().due_at == day("2026-05-31") + timedelta(days=120)

    story.pursuit("contacted", "2026-10-01", C).pursuit("ghosted", "2026-10-31", C)
    assert story.live().due_at == day("2026-10-31") + timedelta(days=240)

    story.pursuit("responded", "2026-07-01", B)
    assert story.live().due_at == day("2026-10-31") + timedelta(days=60)


def test_a_later_attempt_for_the_same_position_replaces_the_plan_of_the_earlier() -> None:
    story = Story().declined("2026-03-02", "location").pursuit("applied", "2026-04-01")
    story.pursuit("rejected", "2026-04-10", reason="skills")

    assert [reason.reason for reason in story.live().reasons] == [Reason.SKILLS]


def test_being_sourced_again_keeps_the_plan_until_somebody_writes() -> None:
    story = Story().declined("2026-03-02", "salary").pursuit("sourced", "2026-04-01")

    assert story.live().due_at == day("2026-08-29")


def test_priority_grows_with_how_far_they_came_and_how_soon_they_answered() -> None:
    cold = Story().pursuit("contacted", "2026-03-01").pursuit("rejected", "2026-03-02", reason="skills").live()
    warm = Story().pursuit("contacted", "2026-03-01").pursuit("responded", "2026-03-02").declined("2026-03-05", "salary").live()
    medallist = Story().pursuit("contacted", "2026-03-01").pursuit("responded", "2026-03-02")
    medallist.pursuit("interviewed", "2026-03-10").pursuit("rejected", "2026-03-20", reason="preferred_another")
    medallist.fact("candidate.signal_observed", "2026-04-01", signal="promoted")

    priorities = [cold.priority, warm.priority, medallist.live().priority]

    assert priorities == sorted(priorities)
    assert len(set(priorities)) == 3
    assert priorities == [10, 40, 95]
