"""Attempts: facts that a retraction names are left out, whichever came first."""

import pytest

from shared.attempts import FoldFact, fold
from shared.ids import position_id
from tests.unit.shared.pursuit_facts import (
    attempts,
    day,
    declined,
    entered,
    fact,
    folded,
    mark,
    only,
    rejected,
    undone,
    undone_latest,
    undone_whole,
)

CONTACT = fact("contacted", 1)


def test_a_fact_that_is_named_by_source_and_id_never_happened() -> None:
    hired = fact("hired", 5)

    attempt = only(CONTACT, hired, undone(6, hired))

    assert attempt.stage == "contacted"
    assert attempt.hired_at is None


def test_an_unreject_opens_the_attempt_again() -> None:
    closing = declined(5)

    assert only(CONTACT, fact("responded", 2), closing, undone(6, closing)).is_open


def test_facts_that_began_the_next_attempt_fall_back_into_the_first() -> None:
    closing = declined(5)
    facts = [CONTACT, closing, fact("contacted", 10)]

    assert len(attempts(*facts)) == 2
    assert len(attempts(*facts, undone(11, closing))) == 1


def test_a_retraction_by_id_holds_whatever_its_own_time_is() -> None:
    hired = fact("hired", 5)

    assert only(CONTACT, hired, undone(2, hired)).hired_at is None


def test_a_retraction_by_type_takes_the_latest_such_fact_at_or_before_its_time() -> None:
    attempt = only(*(fact("contacted", on) for on in (1, 5, 9)), undone_latest(5, "contacted"))

    assert [touch.time for touch in attempt.touches] == [day(1), day(9)]


def test_a_fact_that_came_after_the_retraction_by_type_stands() -> None:
    assert only(CONTACT, undone_latest(4, "hired"), fact("hired", 5)).is_hired


def test_a_touch_before_the_retracted_one_is_another_fact() -> None:
    attempt = only(*(fact("contacted", on) for on in (1, 5, 9)), undone_latest(10, "contacted"))

    assert [touch.time for touch in attempt.touches] == [day(1), day(5)]


@pytest.mark.parametrize("between", [[], [fact("feedback_given", 6)], [fact("contacted", 6, purpose="closing")]])
def test_two_reports_of_one_rejection_go_with_one_retraction(between: list[FoldFact]) -> None:
    reports = [rejected(5, key="ats"), rejected(7, key="crm")]

    assert only(CONTACT, *reports, *between, undone_latest(8, "rejected")).is_open


def test_two_reports_of_one_hire_go_with_one_retraction() -> None:
    assert only(CONTACT, fact("hired", 5, key="ats"), fact("hired", 7, key="crm"), undone_latest(8, "hired")).is_open


@pytest.mark.parametrize("between", [fact("interviewed", 6), fact("contacted", 6), declined(6), entered("screening", 6)])
def test_a_stage_an_outreach_or_another_close_parts_two_rejections(between: FoldFact) -> None:
    last = attempts(CONTACT, rejected(5), between, rejected(7), undone_latest(8, "rejected"))

    assert last == attempts(CONTACT, rejected(5), between)


def test_a_run_ends_at_the_retraction_s_time() -> None:
    late = rejected(9, key="late")

    assert folded(CONTACT, rejected(5), late, undone_latest(8, "rejected")).attempts == folded(CONTACT, late).attempts


def test_each_retraction_looks_at_all_facts_whatever_others_take_out() -> None:
    facts = [fact("contacted", on) for on in (1, 5, 9)]

    for others in ([undone_latest(11, "contacted")], [undone(20, facts[2])], [undone(2, facts[2])]):
        touches = only(*facts, undone_latest(10, "contacted"), *others).touches
        assert [touch.time for touch in touches] == [day(1), day(5)]


def test_a_whole_pursuit_can_be_taken_back_up_to_a_time() -> None:
    facts = [CONTACT, fact("applied", 3), declined(5)]

    assert folded(*facts, undone_whole(5)).attempts == ()
    assert folded(*facts, fact("applied", 6), undone_whole(5)).attempts == folded(fact("applied", 6)).attempts
    assert folded(*facts, undone_whole(9, position="ats:another")) == folded(*facts)


def test_a_retraction_by_type_takes_only_facts_of_its_position() -> None:
    assert len(only(CONTACT, undone_latest(5, "contacted", position="ats:another")).touches) == 1


def test_a_position_may_be_named_by_id_in_one_and_by_reference_in_the_other() -> None:
    assert folded(CONTACT, undone_latest(5, "contacted", position=str(position_id("ats:role-1")))).attempts == ()


def test_a_retraction_of_another_type_takes_nothing() -> None:
    assert len(only(CONTACT, fact("responded", 2), undone_latest(5, "responded")).touches) == 1


def test_an_entered_stage_that_is_retracted_takes_nothing_back() -> None:
    back = entered("screening", 3)

    assert only(entered("offered", 1), back, undone(4, back)).stage == "offered"


def test_a_retraction_that_names_nothing_changes_nothing() -> None:
    assert folded(CONTACT, undone(5, fact("hired", 3))) == folded(CONTACT)


def test_a_retraction_cannot_be_retracted() -> None:
    closing = declined(5)
    retraction = undone(6, closing)

    assert folded(CONTACT, closing, retraction, undone(7, retraction)) == folded(CONTACT, closing, retraction)


def test_a_retraction_is_placed_nowhere_and_so_is_what_it_names() -> None:
    closing = declined(5)

    assert set(folded(CONTACT, closing, undone(6, closing)).placements) == {CONTACT.id}


def test_a_retraction_lets_no_time_pass_by_itself() -> None:
    assert only(CONTACT, undone_latest(100, "hired")).is_open


def test_the_clock_s_mark_is_no_ghosting_that_could_be_retracted() -> None:
    marked = mark(31)

    assert fold([CONTACT, marked, undone(40, marked)]) == fold([CONTACT, marked])


def test_everything_retracted_is_no_attempt() -> None:
    assert folded(CONTACT, undone(2, CONTACT)).attempts == ()


def test_a_fact_given_twice_counts_once() -> None:
    closing = declined(5)

    assert folded(CONTACT, CONTACT, closing, closing) == folded(CONTACT, closing)
