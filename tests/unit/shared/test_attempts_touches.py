"""Attempts: touches, replies by touch, ghosting; by the API document's sentences."""

from datetime import timedelta

import pytest

from shared.attempts import FoldFact, Placement, fold
from shared.events.vocabulary import Stage
from tests.unit.shared.pursuit_facts import attempts, day, declined, entered, fact, folded, mark, only, rejected

# The text: "Touch: an outreach contact of kind message or call, counted from 1; a newsletter or an invitation is none and begins
# nothing."


def test_touches_are_counted_from_one_in_the_order_of_time() -> None:
    second, first, third = fact("contacted", 5), fact("contacted", 1), fact("contacted", 9)

    pursuit = folded(second, first, third)

    assert [touch.id for touch in pursuit.attempts[0].touches] == [first.id, second.id, third.id]
    assert [pursuit.placements[one.id].touch for one in (first, second, third)] == [1, 2, 3]


@pytest.mark.parametrize("purpose", ["reply", "logistics", "closing"])
def test_a_contact_for_another_purpose_reaches_contacted_but_is_no_touch(purpose: str) -> None:
    contact = fact("contacted", 2, purpose=purpose)

    pursuit = folded(fact("sourced", 1), contact)

    assert pursuit.attempts[0].stage == "contacted"
    assert pursuit.attempts[0].touches == ()
    assert pursuit.placements[contact.id] == Placement(1, None)


def test_a_contact_is_outreach_unless_it_says_otherwise() -> None:
    assert len(only(fact("contacted", 1)).touches) == 1


@pytest.mark.parametrize(("kind", "touches"), [("message", 1), ("call", 1), ("newsletter", 0), ("event_invite", 0)])
def test_a_touch_is_a_message_or_a_call(kind: str, touches: int) -> None:
    attempt = only(fact("sourced", 1), fact("contacted", 2, kind=kind))

    assert (len(attempt.touches), attempt.stage) == (touches, "contacted")
    assert folded(fact("sourced", 1), fact("contacted", 2, kind=kind)).ghost_due == (day(32) if touches else None)


@pytest.mark.parametrize("kind", ["newsletter", "event_invite"])
def test_a_newsletter_or_an_invitation_begins_no_attempt(kind: str) -> None:
    mailing = fact("contacted", 1, kind=kind)

    assert folded(mailing).attempts == ()
    assert folded(mailing).placements == {}
    assert only(mailing, fact("contacted", 5)).began_at == day(5)


def test_an_entered_stage_is_no_touch() -> None:
    assert only(entered("contacted", 1)).touches == ()


def test_touches_are_counted_anew_in_the_next_attempt() -> None:
    late = fact("contacted", 9)

    pursuit = folded(fact("contacted", 1), fact("contacted", 2), declined(3), late)

    assert pursuit.placements[late.id] == Placement(2, 1)


def test_a_touch_tells_who_how_and_with_what() -> None:
    (touch,) = only(
        fact("contacted", 1, channel="linkedin", recruiter="ada", sender_role="hiring_manager", template="t-1")
    ).touches

    assert (touch.time, touch.channel, touch.recruiter, touch.sender_role, touch.template) == (
        day(1), "linkedin", "ada", "hiring_manager", "t-1",
    )  # fmt: skip


# The text: "A reply is by touch n when n touches came before the attempt's first response (0 too)."


@pytest.mark.parametrize("touches", [0, 1, 2, 5])
def test_a_reply_is_by_the_touches_that_came_before_it(touches: int) -> None:
    attempt = only(*(fact("contacted", number) for number in range(touches)), fact("responded", 10), fact("contacted", 11))

    assert attempt.replied_by_touch == touches
    assert attempt.first_response_at == day(10)


def test_only_the_first_response_counts() -> None:
    attempt = only(fact("contacted", 1), fact("responded", 2), fact("contacted", 3), fact("responded", 4))

    assert (attempt.replied_by_touch, attempt.first_response_at) == (1, day(2))


def test_a_contact_that_is_no_touch_is_not_counted_for_the_reply() -> None:
    assert only(fact("contacted", 1), fact("contacted", 2, purpose="logistics"), fact("responded", 3)).replied_by_touch == 1


def test_a_touch_at_the_time_of_the_reply_came_before_it() -> None:
    assert only(fact("responded", 1), fact("contacted", 1)).replied_by_touch == 1


@pytest.mark.parametrize("later", [fact("interested", 2), entered("responded", 2), fact("responded", 2, auto=True), rejected(2)])
def test_without_a_response_there_is_no_reply(later: FoldFact) -> None:
    attempt = only(fact("contacted", 1), later)

    assert (attempt.replied_by_touch, attempt.first_response_at) == (None, None)


# The text: "A decline is an answer: in an outbound attempt with neither a response nor a later stage before it, it is the first
# response (responded is reached, not recorded)."


@pytest.mark.parametrize("touches", [0, 1, 3])
def test_a_decline_is_an_answer(touches: int) -> None:
    attempt = only(*(fact("contacted", number) for number in range(touches)), declined(10), fact("responded", 12))

    assert (attempt.replied_by_touch, attempt.first_response_at) == (touches, day(10))
    assert attempt.reached[Stage.RESPONDED] == day(10)
    assert not attempt.is_unanswered


def test_a_response_by_decline_is_reached_and_not_recorded() -> None:
    attempt = only(fact("contacted", 1), declined(10))

    assert dict(attempt.recorded) == {Stage.CONTACTED: day(1)}
    assert list(attempt.reached) == [Stage.SOURCED, Stage.CONTACTED, Stage.RESPONDED]


@pytest.mark.parametrize(
    ("before", "response"),
    [
        ([fact("contacted", 1), fact("responded", 2)], (1, day(2))),
        ([fact("contacted", 1), fact("responded", 2, auto=True)], (1, day(10))),
        ([fact("contacted", 1), fact("interested", 2)], (None, None)),
        ([fact("contacted", 1), entered("responded", 2)], (None, None)),
        ([fact("contacted", 1), entered("screening", 2)], (None, None)),
        ([fact("contacted", 1), entered("contacted", 2)], (1, day(10))),
        ([fact("applied", 1), fact("contacted", 2)], (None, None)),
    ],
)
def test_only_a_decline_that_answers_first_is_the_response(before: list[FoldFact], response: tuple[object, ...]) -> None:
    attempt = only(*before, declined(10))

    assert (attempt.replied_by_touch, attempt.first_response_at) == response


def test_a_later_stage_that_was_taken_back_was_not_before_the_decline() -> None:
    attempt = only(fact("contacted", 1), entered("screening", 2), declined(10), entered("contacted", 12))

    assert (attempt.replied_by_touch, attempt.first_response_at) == (1, day(10))


def test_the_next_attempt_has_its_own_answer() -> None:
    first, second = attempts(fact("contacted", 1), declined(5), fact("contacted", 200))

    assert (first.replied_by_touch, second.replied_by_touch) == (1, None)


# The text: "Ghosted: 30 days (a setting) without any answer or stage follow the last of the touches, wherever in the
# past that is."


def test_thirty_days_of_silence_after_the_touch_are_a_ghosting_at_their_end() -> None:
    close = only(fact("contacted", 1), until=31).close

    assert close is not None
    assert (close.kind, close.time, close.event) == ("ghosted", day(31), None)


def test_before_the_thirty_days_are_over_the_attempt_is_open_and_says_when_they_will_be() -> None:
    pursuit = folded(fact("contacted", 1), until=30.99)

    assert pursuit.attempts[0].is_open
    assert pursuit.ghost_due == day(31)


def test_nothing_waits_once_it_is_ghosted() -> None:
    assert folded(fact("contacted", 1), until=31).ghost_due is None


def test_the_last_of_the_touches_begins_the_wait() -> None:
    pursuit = folded(fact("contacted", 1), fact("contacted", 20), until=45)

    assert pursuit.attempts[0].is_open
    assert pursuit.ghost_due == day(50)


@pytest.mark.parametrize(
    "answer",
    [
        fact("responded", 20),
        fact("responded", 20, mood="negative"),
        *(fact(name, 20) for name in ("interested", "screened", "submitted", "interviewed", "offered", "hired")),
        *(entered(stage, 20) for stage in ("responded", "interested", "offered")),
    ],
)
def test_an_answer_or_a_stage_ends_the_wait(answer: FoldFact) -> None:
    pursuit = folded(fact("contacted", 1), answer, until=400)

    assert pursuit.attempts[0].close is None
    assert pursuit.ghost_due is None


@pytest.mark.parametrize(
    "other",
    [
        *(fact("contacted", 20, purpose=purpose) for purpose in ("reply", "logistics", "closing")),
        entered("sourced", 20),
        entered("contacted", 20),
        fact("sourced", 20),
        fact("feedback_given", 20),
    ],
)
def test_what_is_neither_answer_nor_progress_neither_ends_nor_restarts_the_wait(other: FoldFact) -> None:
    close = only(fact("contacted", 1), other, until=400).close

    assert close is not None
    assert (close.kind, close.time) == ("ghosted", day(31))


def test_an_answer_before_the_last_touch_does_not_end_its_wait() -> None:
    close = only(fact("contacted", 1), fact("interested", 5), fact("contacted", 10), until=400).close

    assert close is not None
    assert (close.kind, close.time) == ("ghosted", day(40))


def test_an_answer_on_the_thirtieth_day_comes_in_time() -> None:
    assert only(fact("contacted", 1), fact("responded", 31), until=400).is_open


def test_a_touch_on_the_thirtieth_day_belongs_to_the_attempt() -> None:
    assert len(only(fact("contacted", 1), fact("contacted", 31)).touches) == 2


def test_no_touch_no_ghosting() -> None:
    assert only(fact("sourced", 1), entered("contacted", 2), fact("contacted", 3, purpose="reply"), until=4000).is_open


def test_silence_in_the_past_was_a_ghosting_then_so_that_a_later_touch_begins_the_next_attempt() -> None:
    first, second = attempts(fact("contacted", 1), fact("contacted", 100))

    assert first.close is not None
    assert (first.close.kind, first.close.time) == ("ghosted", day(31))
    assert second.is_open


def test_a_late_answer_that_belongs_into_the_silence_undoes_the_ghosting() -> None:
    attempt = only(fact("contacted", 1), fact("contacted", 100), fact("responded", 15))

    assert len(attempt.touches) == 2
    assert attempt.is_open


def test_an_answer_after_the_ghosting_lifts_it() -> None:
    attempt = only(fact("contacted", 1), fact("responded", 50), until=400)

    assert attempt.is_open
    assert attempt.replied_by_touch == 1


def test_a_decline_after_the_ghosting_decides() -> None:
    close = only(fact("contacted", 1), declined(50)).close

    assert close is not None
    assert close.kind == "declined"


def test_who_said_no_is_never_ghosted() -> None:
    close = only(fact("contacted", 1), declined(5), until=400).close

    assert close is not None
    assert close.kind == "declined"


def test_the_interval_is_a_setting() -> None:
    pursuit = fold([fact("contacted", 1)], ghost_after=timedelta(days=3), until=day(5))

    assert pursuit.attempts[0].close is not None
    assert pursuit.attempts[0].close.time == day(4)


# The wait goes on under a weak close that a stage of no weight lifts: a sourced or contacted stage neither stops nor restarts it.


def test_a_wait_goes_on_when_a_weak_close_is_lifted_by_a_contacted_stage() -> None:
    pursuit = folded(fact("contacted", 1), entered("contacted", 10), closings=[5], until=20)

    assert pursuit.attempts[0].is_open
    assert pursuit.ghost_due == day(31)


def test_a_ghosting_that_a_contacted_stage_lifted_does_not_come_again_without_a_touch() -> None:
    pursuit = folded(fact("contacted", 1), entered("contacted", 50), until=400)

    assert pursuit.attempts[0].is_open
    assert pursuit.ghost_due is None


def test_a_touch_under_an_entered_hire_waits_once_the_hire_is_taken_back() -> None:
    pursuit = folded(fact("contacted", 1), entered("hired", 5), fact("contacted", 10), entered("contacted", 12), until=20)

    assert pursuit.attempts[0].is_open
    assert pursuit.ghost_due == day(40)


# The text: "pursuit.ghosted, .position_closed: also made by the clock": what the clock makes puts a time on record and
# decides nothing.


def test_the_clock_s_mark_lets_time_pass() -> None:
    close = only(fact("contacted", 1), mark(31)).close

    assert close is not None
    assert (close.time, close.event) == (day(31), None)


def test_the_clock_s_mark_decides_nothing_itself() -> None:
    pursuit = folded(fact("sourced", 1), mark(31), fact("position_closed", 40, by_clock=True))

    assert pursuit.attempts[0].is_open
    assert len(pursuit.placements) == 1


def test_a_mark_that_came_too_early_changes_nothing() -> None:
    assert only(fact("contacted", 1), mark(20)).is_open


def test_a_mark_alone_is_no_attempt() -> None:
    assert folded(mark(31)).attempts == ()
