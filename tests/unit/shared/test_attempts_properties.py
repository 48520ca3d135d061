"""Attempts, by property: what the order of arrival, repetition, marks of the clock and merged streams must never change."""

from datetime import datetime
from itertools import dropwhile
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.attempts import Attempt, FoldFact, fold
from shared.events.vocabulary import Stage
from tests.unit.shared.attempts_by_the_text import NaiveAttempt, attempts_of, is_broadcast, not_retracted
from tests.unit.shared.pursuit_facts import day, fact, mark, undone, undone_latest, undone_whole

NAMES = [
    "sourced", "applied", "contacted", "responded", "interested", "screened", "submitted", "interview_scheduled",
    "interview_cancelled", "interviewed", "offered", "offer_accepted", "offer_withdrawn", "hired", "started", "left",
    "stage_entered", "evaluated", "declined", "rejected", "withdrawn", "ghosted", "no_show", "position_closed", "feedback_given",
]  # fmt: skip
OFTEN = [*NAMES, *["contacted"] * 6, *["responded"] * 2, *["declined"] * 3, *["stage_entered"] * 4, *["hired", "left"] * 2]
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
            data["kind"] = draw(st.sampled_from(["message", "message", "call", "newsletter", "event_invite"]))
            data["sender_role"] = draw(st.sampled_from([None, "recruiter", "peer"]))
        elif name == "responded":
            data["mood"] = draw(st.sampled_from(["positive", "neutral", "negative"]))
            data["auto"] = draw(st.sampled_from([False, False, True]))
        elif name == "evaluated":
            data["score"] = 74
        elif name == "stage_entered":
            data["stage"] = draw(st.sampled_from(list(Stage))).value
        elif name in {"declined", "rejected", "withdrawn"}:
            data["reason"] = draw(st.sampled_from(["salary", "timing", "unspecified", "career_change"]))
            data |= {"evidence": "a call", "decided_by": "maria"}
        data |= draw(
            st.fixed_dictionaries({}, optional={"recruiter": st.sampled_from(["ada", "maria"]), "via": st.just("referral")})
        )
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
def test_every_fact_that_is_not_retracted_is_placed_but_a_broadcast_before_the_first_attempt(
    facts: list[FoldFact], closed: list[float]
) -> None:
    left = list(dropwhile(is_broadcast, not_retracted(facts)))

    assert set(fold(facts, times(closed)).placements) == {one.id for one in left}


@given(facts_and_retractions(), closings)
def test_facts_that_are_retracted_leave_no_trace(facts: list[FoldFact], closed: list[float]) -> None:
    assert fold(facts, times(closed)) == fold(not_retracted(facts), times(closed))


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
        assert attempt.close is not None or attempt.left_at is not None, "only a close or a leaving begins the next attempt"
    for attempt in pursuit.attempts:
        assert all(attempt.reached[stage] <= at for stage, at in attempt.recorded.items())
        assert list(attempt.reached) == sorted(attempt.reached, key=lambda stage: stage.order)
        assert (attempt.close is not None) + attempt.is_open + attempt.is_hired == 1
        assert (attempt.outcome == "hired") == attempt.is_hired
        assert (attempt.outcome in {"hard_no", "soft_no"}) == (attempt.close is not None)
        assert (attempt.outcome == "waiting") == (attempt.is_open and attempt.is_unanswered)
        assert (attempt.interest == "interested") == attempt.is_interested
        assert (attempt.first_response_at is None) == (attempt.replied_by_touch is None)


def check_against_the_text(attempt: Attempt, naive: NaiveAttempt) -> None:
    """Compare what the fold says of an attempt with what the naive reading says."""
    close, response = naive.close(), naive.response()
    assert (attempt.close and (attempt.close.kind, attempt.close.time)) == (close and (close.name, close.time))
    assert dict(attempt.recorded) == naive.recorded()
    assert dict(attempt.reached) == naive.reached()
    assert [touch.id for touch in attempt.touches] == [naive.happened[place].id for place in naive.touches()]
    assert attempt.first_response_at == (None if response is None else naive.happened[response].time)
    before = None if response is None else len([place for place in naive.touches() if place < response])
    assert attempt.replied_by_touch == before
    assert (attempt.outcome, attempt.interest) == (naive.outcome(), naive.interest())
    assert attempt.is_unanswered == naive.is_unanswered()
    who = (attempt.recruiter, attempt.channel, attempt.sender_role)
    assert who == tuple(naive.of_first_touch(name) for name in ("recruiter", "channel", "sender_role"))


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(facts_and_retractions(), closings)
def test_the_fold_says_what_the_text_says(facts: list[FoldFact], closed: list[float]) -> None:
    naive = attempts_of(not_retracted(facts), sorted(set(times(closed))), day(END))
    pursuit = fold(facts, times(closed), until=day(END))

    assert len(pursuit.attempts) == len(naive)
    for attempt, own in zip(pursuit.attempts, naive, strict=True):
        check_against_the_text(attempt, own)
        placed = {one.id for one in own.happened if "brought_by_time" not in one.data}
        assert placed == {fact_id for fact_id, place in pursuit.placements.items() if place.attempt == attempt.number}
