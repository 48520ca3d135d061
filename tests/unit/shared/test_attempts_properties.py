"""Attempts, by property: what the order of arrival, repetition, marks of the clock and merged streams must never change."""

from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.attempts import FoldFact, Pursuit, fold
from shared.events.vocabulary import Stage
from tests.unit.shared.attempts_by_the_text import Told, happened, tell
from tests.unit.shared.pursuit_facts import day, fact, mark, undone, undone_latest, undone_whole

NAMES = [
    "sourced", "applied", "contacted", "responded", "interested", "screened", "submitted", "interview_scheduled", "interviewed",
    "offered", "hired", "started", "left", "stage_entered", "declined", "rejected", "withdrawn", "ghosted", "no_show",
    "position_closed", "feedback_given",
]  # fmt: skip
OFTEN = [*NAMES, *["contacted"] * 6, *["responded"] * 2, *["declined"] * 2, *["stage_entered"] * 4]
END = 400.0

days = st.integers(0, 90).map(float)
closings = st.lists(days, max_size=3)


@st.composite
def some_facts(draw: st.DrawFn) -> list[FoldFact]:
    made = []
    for number in range(draw(st.integers(0, 14))):
        name = draw(st.sampled_from(OFTEN))
        data: dict[str, Any] = {}
        if name == "contacted":
            data["purpose"] = draw(st.sampled_from(["outreach", "outreach", "outreach", "reply", "logistics", "closing"]))
        elif name == "responded":
            data["mood"] = draw(st.sampled_from(["positive", "neutral", "negative"]))
        elif name == "stage_entered":
            data["stage"] = draw(st.sampled_from(list(Stage))).value
        elif name in {"declined", "rejected", "withdrawn"}:
            data["reason"] = draw(st.sampled_from(["salary", "timing", "unspecified"]))
        made.append(fact(name, draw(days), key=str(number), **data))
    return made


@st.composite
def facts_and_retractions(draw: st.DrawFn) -> list[FoldFact]:
    made = draw(some_facts())
    retractions: list[FoldFact] = []
    for number in range(draw(st.integers(0, 4))):
        how = draw(st.sampled_from(["by id", "by type", "by type", "whole"]))
        if how == "by id" and made:
            retractions.append(undone(draw(days), draw(st.sampled_from(made))))
        elif how == "whole":
            retractions.append(undone_whole(draw(days)))
        else:
            retractions.append(undone_latest(draw(days), draw(st.sampled_from(NAMES)), key=str(number)))
    return [*made, *retractions]


def times(numbers: list[float]) -> list[datetime]:
    return [day(number) for number in numbers]


@given(facts_and_retractions(), closings, st.data())
def test_any_order_of_arrival_gives_the_same_pursuit(facts: list[FoldFact], closed: list[float], data: st.DataObject) -> None:
    expected = fold(facts, times(closed))

    assert fold(data.draw(st.permutations(facts)), times(data.draw(st.permutations(closed)))) == expected


@given(facts_and_retractions(), closings, st.data())
def test_repetition_gives_the_same_pursuit(facts: list[FoldFact], closed: list[float], data: st.DataObject) -> None:
    repeated = data.draw(st.lists(st.sampled_from(facts), max_size=10)) if facts else []

    assert fold([*repeated, *facts, *repeated], times(closed + closed)) == fold(facts, times(closed))


@given(facts_and_retractions(), st.data())
def test_folding_two_streams_together_gives_the_same_whichever_stream_a_fact_came_from(
    facts: list[FoldFact], data: st.DataObject
) -> None:
    from_the_first = data.draw(st.lists(st.booleans(), min_size=len(facts), max_size=len(facts)))
    one = [each for each, is_first in zip(facts, from_the_first, strict=True) if is_first]
    other = [each for each, is_first in zip(facts, from_the_first, strict=True) if not is_first]

    assert fold([*one, *other]) == fold([*other, *one]) == fold(facts)


@given(facts_and_retractions(), closings, st.lists(st.floats(0, END), max_size=4))
def test_the_clock_s_marks_do_nothing_but_let_time_pass(facts: list[FoldFact], closed: list[float], marks: list[float]) -> None:
    marked = fold([*facts, *(mark(on) for on in marks)], times(closed))

    assert marked == fold(facts, times(closed), until=day(max(marks)) if marks else None)


@given(facts_and_retractions(), closings, days)
def test_time_that_passes_without_a_fact_can_only_ghost_the_latest_attempt(
    facts: list[FoldFact], closed: list[float], on: float
) -> None:
    now, later = fold(facts, times(closed)), fold(facts, times(closed), until=day(END + on))

    assert later.placements == now.placements
    assert later.attempts[:-1] == now.attempts[:-1]
    if now.ghost_due is None:
        assert later == now
    else:
        assert later.current is not None
        assert later.current.close is not None
        assert (later.current.close.kind, later.current.close.time) == ("ghosted", now.ghost_due)
        assert later.ghost_due is None


@given(facts_and_retractions(), closings)
def test_a_pursuit_that_waits_is_ghosted_exactly_when_it_says(facts: list[FoldFact], closed: list[float]) -> None:
    pursuit = fold(facts, times(closed))
    if pursuit.ghost_due is None or pursuit.current is None:
        return

    assert pursuit.current.is_open
    just_before = fold(facts, times(closed), until=pursuit.ghost_due - (day(0.001) - day(0)))
    assert just_before.current is not None
    assert just_before.current.is_open


@given(facts_and_retractions(), closings)
def test_placements_cover_exactly_the_facts_that_stand(facts: list[FoldFact], closed: list[float]) -> None:
    standing = happened(facts)

    assert set(fold(facts, times(closed)).placements) == {one.id for one in standing}


@given(facts_and_retractions(), closings)
def test_facts_that_are_retracted_leave_no_trace(facts: list[FoldFact], closed: list[float]) -> None:
    assert fold(facts, times(closed)) == fold(happened(facts), times(closed))


@given(facts_and_retractions(), closings)
def test_attempts_and_touches_are_counted_from_one_without_holes(facts: list[FoldFact], closed: list[float]) -> None:
    pursuit = fold(facts, times(closed))

    assert [one.number for one in pursuit.attempts] == list(range(1, len(pursuit.attempts) + 1))
    assert {place.attempt for place in pursuit.placements.values()} == {one.number for one in pursuit.attempts}
    for attempt in pursuit.attempts:
        places = [place.touch for place in pursuit.placements.values() if place.attempt == attempt.number and place.touch]
        assert sorted(places) == list(range(1, len(attempt.touches) + 1))
        assert [pursuit.placements[touch.id].touch for touch in attempt.touches] == sorted(places)
        assert list(attempt.touches) == sorted(attempt.touches, key=lambda touch: touch.time)


@given(facts_and_retractions(), closings)
def test_what_is_said_of_an_attempt_is_consistent(facts: list[FoldFact], closed: list[float]) -> None:
    pursuit = fold(facts, times(closed))
    for attempt in pursuit.attempts[:-1]:
        assert attempt.close is not None, "only a close makes room for the next attempt"
    for attempt in pursuit.attempts:
        assert attempt.recorded.items() <= attempt.reached.items()
        assert list(attempt.reached) == sorted(attempt.reached, key=lambda stage: stage.order)
        assert (attempt.close is not None) + attempt.is_open + attempt.is_hired == 1
        assert attempt.is_hard_no + attempt.is_soft_no == (attempt.close is not None)
        assert not (attempt.is_interested and attempt.is_uninterested)
        assert (attempt.first_response_at is None) == (attempt.replied_by_touch is None)


def check_against_the_text(pursuit: Pursuit, told: list[Told]) -> None:
    """Compare what the fold says with what the naive reading says."""
    assert len(pursuit.attempts) == len(told)
    for attempt, own in zip(pursuit.attempts, told, strict=True):
        ended = own.decided()
        close = None if ended is None or ended.stage is Stage.HIRED else (ended.name, ended.time)
        assert (attempt.close and (attempt.close.kind, attempt.close.time)) == close
        recorded = own.stages()
        assert set(attempt.recorded) == {stage for _, stage, _ in recorded}
        assert all(at == min(one.time for _, two, one in recorded if two is stage) for stage, at in attempt.recorded.items())
        furthest = max((stage.order for stage in attempt.recorded), default=-1)
        skipped = {Stage.SUBMITTED}
        if own.happened[0].name == "applied":
            skipped |= {Stage.CONTACTED, Stage.RESPONDED}
        implied = {stage for stage in Stage if stage.order < furthest} - skipped
        assert set(attempt.reached) == implied | set(attempt.recorded)
        placed = {one.id for one in own.happened if "brought_by_time" not in one.data}
        assert placed == {fact_id for fact_id, place in pursuit.placements.items() if place.attempt == attempt.number}


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(facts_and_retractions(), closings)
def test_the_fold_says_what_the_text_says(facts: list[FoldFact], closed: list[float]) -> None:
    told = tell(happened(facts), sorted(set(times(closed))), day(END))

    check_against_the_text(fold(facts, times(closed), until=day(END)), told)
