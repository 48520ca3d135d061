"""Attempts: facts that a retraction names are left out, whichever came first."""

from shared.attempts import fold
from shared.ids import position_id
from tests.unit.shared.pursuit_facts import attempts, day, declined, entered, fact, folded, mark, only, undone, undone_latest

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


def test_two_retractions_by_type_take_two_facts() -> None:
    attempt = only(*(fact("contacted", on) for on in (1, 5, 9)), undone_latest(10, "contacted"), undone_latest(11, "contacted"))

    assert [touch.time for touch in attempt.touches] == [day(1)]


def test_each_retraction_by_type_takes_the_latest_before_itself() -> None:
    attempt = only(*(fact("contacted", on) for on in (1, 5, 9)), undone_latest(9, "contacted"), undone_latest(6, "contacted"))

    assert [touch.time for touch in attempt.touches] == [day(1)]


def test_what_is_named_by_id_is_gone_before_a_type_is_looked_for() -> None:
    late = fact("contacted", 9)
    attempt = only(CONTACT, fact("contacted", 5), late, undone(20, late), undone_latest(10, "contacted"))

    assert [touch.time for touch in attempt.touches] == [day(1)]


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
