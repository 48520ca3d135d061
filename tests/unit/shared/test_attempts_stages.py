"""Attempts: stages, in the order of the API document's sentences."""

import pytest

from shared.attempts import FoldFact
from shared.events.vocabulary import Stage
from tests.unit.shared.pursuit_facts import attempts, day, declined, entered, fact, folded, only, rejected

ALL = list(Stage)
BEFORE = {stage: ALL[: index + 1] for index, stage in enumerate(ALL)}


def reached(*facts: FoldFact) -> list[str]:
    return [stage.value for stage in only(*facts).reached]


# The text: "Stages in order: sourced, contacted, responded, interested, screening, submitted, interviewing, offered, hired."


def test_stages_have_the_order_of_the_text() -> None:
    words = "sourced, contacted, responded, interested, screening, submitted, interviewing, offered, hired"

    assert [stage.value for stage in sorted(Stage, key=lambda stage: stage.order)] == words.split(", ")


# The text: "Facts reach the stage of their name (applied → interested, screened → screening, interviewed → interviewing,
# offer_accepted → offered)"


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("sourced", "sourced"),
        ("applied", "interested"),
        ("contacted", "contacted"),
        ("responded", "responded"),
        ("interested", "interested"),
        ("screened", "screening"),
        ("submitted", "submitted"),
        ("interviewed", "interviewing"),
        ("offered", "offered"),
        ("offer_accepted", "offered"),
        ("hired", "hired"),
    ],
)
def test_facts_reach_the_stage_of_their_name(name: str, stage: str) -> None:
    attempt = only(fact(name, 1))

    assert attempt.stage == stage
    assert dict(attempt.recorded) == {Stage(stage): day(1)}


@pytest.mark.parametrize(
    "name",
    [
        "interview_scheduled", "interview_cancelled", "offer_withdrawn", "started", "left", "feedback_given", "no_show",
        "ghosted", "position_closed",
    ],
)  # fmt: skip
def test_other_facts_reach_no_stage(name: str) -> None:
    assert only(fact(name, 1)).stage is None


def test_an_evaluation_and_an_automatic_reply_reach_no_stage() -> None:
    assert only(fact("evaluated", 1, score=74, stage="interviewing")).stage is None
    assert only(fact("responded", 1, auto=True)).stage is None


def test_an_attempt_that_holds_only_a_close_of_ours_has_no_stage() -> None:
    attempt = only(rejected(1))

    assert attempt.stage is None
    assert dict(attempt.reached) == {}
    assert attempt.close is not None


# The text: "`stage_entered` reaches its stage until a later `stage_entered` names an earlier one."


@pytest.mark.parametrize("stage", ALL)
def test_an_entered_stage_is_reached(stage: Stage) -> None:
    assert only(entered(stage, 1)).stage is stage


def test_an_entered_stage_is_reached_no_more_once_an_earlier_one_is_entered() -> None:
    attempt = only(entered("offered", 1), entered("screening", 2))

    assert attempt.stage is Stage.SCREENING
    assert Stage.OFFERED not in attempt.recorded


def test_an_entered_stage_stays_reached_when_a_further_one_is_entered() -> None:
    assert set(only(entered("screening", 1), entered("offered", 2)).recorded) == {Stage.SCREENING, Stage.OFFERED}


def test_entering_an_earlier_stage_takes_back_every_entered_stage_beyond_it() -> None:
    attempt = only(entered("screening", 1), entered("interviewing", 2), entered("offered", 3), entered("interviewing", 4))

    assert dict(attempt.recorded) == {Stage.SCREENING: day(1), Stage.INTERVIEWING: day(2)}


def test_entering_an_earlier_stage_takes_back_no_stage_that_a_fact_of_its_name_reached() -> None:
    attempt = only(fact("interviewed", 1), entered("interviewing", 2), entered("screening", 3))

    assert attempt.stage is Stage.INTERVIEWING
    assert attempt.recorded[Stage.INTERVIEWING] == day(1)


def test_a_stage_that_was_taken_back_may_be_entered_again() -> None:
    attempt = only(entered("offered", 1), entered("screening", 2), entered("offered", 3))

    assert attempt.recorded[Stage.OFFERED] == day(3)


def test_other_facts_of_an_earlier_stage_take_nothing_back() -> None:
    assert only(entered("offered", 1), fact("screened", 2)).stage is Stage.OFFERED


def test_a_hire_that_was_entered_is_taken_back_by_an_earlier_stage() -> None:
    attempt = only(entered("hired", 1), entered("offered", 2))

    assert attempt.stage is Stage.OFFERED
    assert attempt.hired_at is None
    assert attempt.is_open


def test_a_rejection_decides_again_where_an_entered_hire_is_taken_back() -> None:
    attempt = only(fact("screened", 1), rejected(2), entered("hired", 3), entered("offered", 4))

    assert attempt.close is not None
    assert attempt.close.kind == "rejected"
    assert not attempt.contradiction


def test_of_what_is_left_the_last_decides_where_an_entered_hire_is_taken_back() -> None:
    attempt = only(fact("hired", 1), declined(2), entered("hired", 3), entered("offered", 4))

    assert attempt.close is not None
    assert attempt.close.kind == "declined"
    assert attempt.contradiction


# The text: "The attempt's stage is the furthest reached."


def test_the_stage_is_the_furthest_reached_not_the_last() -> None:
    assert only(fact("offered", 1), fact("screened", 2), fact("responded", 3)).stage is Stage.OFFERED


# The text: "A reached stage implies those before it, except that submitted is never implied,"


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("sourced", "sourced"),
        ("contacted", "sourced contacted"),
        ("responded", "sourced contacted responded"),
        ("interested", "sourced contacted responded interested"),
        ("screened", "sourced contacted responded interested screening"),
        ("submitted", "sourced contacted responded interested screening submitted"),
        ("interviewed", "sourced contacted responded interested screening interviewing"),
        ("offered", "sourced contacted responded interested screening interviewing offered"),
        ("hired", "sourced contacted responded interested screening interviewing offered hired"),
    ],
)
def test_a_stage_implies_those_before_it_but_never_submitted(name: str, stages: str) -> None:
    assert reached(fact(name, 1)) == stages.split()


def test_submitted_is_reached_where_a_fact_says_so() -> None:
    assert "submitted" in reached(fact("submitted", 1), fact("hired", 2))


# The text: "and contacted and responded are not for an attempt whose `origin` is inbound (its first fact is applied)."


def test_an_application_implies_neither_contact_nor_response() -> None:
    assert reached(fact("applied", 1)) == ["sourced", "interested"]
    assert reached(fact("applied", 1), fact("hired", 5)) == [
        "sourced", "interested", "screening", "interviewing", "offered", "hired",
    ]  # fmt: skip


def test_a_contact_or_response_that_is_recorded_is_reached_by_an_inbound_attempt_too() -> None:
    assert reached(fact("applied", 1), fact("responded", 2)) == ["sourced", "responded", "interested"]
    assert "contacted" in reached(fact("applied", 1), fact("contacted", 2))


@pytest.mark.parametrize(
    ("facts", "origin"),
    [
        ((fact("applied", 1),), "inbound"),
        ((fact("applied", 2), fact("contacted", 3)), "inbound"),
        ((fact("contacted", 1), fact("applied", 2)), "outbound"),
        ((fact("sourced", 1), fact("applied", 2)), "outbound"),
        ((fact("interested", 1),), "outbound"),
        ((fact("feedback_given", 1), fact("applied", 2)), "outbound"),
    ],
)
def test_an_attempt_is_inbound_when_its_first_fact_is_applied(facts: tuple[FoldFact, ...], origin: str) -> None:
    assert only(*facts).origin == origin


def test_each_attempt_has_its_own_origin() -> None:
    first, second = attempts(fact("contacted", 1), declined(2), fact("applied", 3))

    assert (first.origin, second.origin) == ("outbound", "inbound")


# `recorded` "counts attempts that hold a fact of that very stage, `reached` those that reached or imply it"


def test_a_stage_is_recorded_at_its_first_fact_and_implied_at_the_earliest_later_one() -> None:
    attempt = only(fact("interviewed", 5), fact("offered", 3), fact("interviewed", 4, key="again"))

    assert dict(attempt.recorded) == {Stage.INTERVIEWING: day(4), Stage.OFFERED: day(3)}
    assert attempt.reached[Stage.SCREENING] == day(3)
    assert attempt.reached[Stage.INTERVIEWING] == day(4)


# The text: "in order of `time`, then rank (sourced, applied, the stages in their order with a `stage_entered` behind the facts
# of its stage, other facts, closes), then the UUIDv5 of `source` and `id`."


def test_time_comes_before_rank() -> None:
    first, second = attempts(rejected(1), fact("sourced", 2))

    assert (first.stage, second.stage) == (None, Stage.SOURCED)


def test_at_one_time_the_rank_decides() -> None:
    in_order = [
        fact("sourced", 1),
        fact("applied", 1),
        entered("sourced", 1),
        fact("contacted", 1),
        entered("contacted", 1),
        fact("responded", 1),
        fact("interested", 1),
        entered("interested", 1),
        fact("screened", 1),
        fact("offer_accepted", 1),
        entered("offered", 1),
        fact("hired", 1),
        entered("hired", 1),
        fact("feedback_given", 1),
        declined(1),
    ]

    attempt = only(*in_order)

    assert attempt.close is not None  # were the close not last, one of the stages would have begun a second attempt
    assert [one.order for one in in_order] == sorted(one.order for one in in_order)


@pytest.mark.parametrize("stage", ["sourced", "contacted", "responded", "screening"])
def test_who_applied_and_entered_a_stage_in_the_same_moment_is_inbound(stage: str) -> None:
    """Of 45 opportunities of an ATS that were applied and entered in the same millisecond 26 counted as outreach."""
    for number in range(20):
        assert only(fact("applied", 1, key=str(number)), entered(stage, 1, key=str(number))).origin == "inbound"


def test_at_one_time_and_rank_the_event_id_decides() -> None:
    one, other = declined(1, "salary", key="a"), declined(1, "timing", key="b")
    last = max(one, other, key=lambda each: each.id)

    attempt = only(one, other)

    assert attempt.close is not None
    assert attempt.close.event == last.id


# The text: "it has one attempt or more"


def test_a_pursuit_without_facts_has_no_attempt() -> None:
    assert folded().attempts == ()
    assert folded().current is None
    assert folded(closings=[5]).attempts == ()


def test_via_is_the_first_that_is_known() -> None:
    assert only(fact("sourced", 1, via="linkedin"), fact("contacted", 2, via="referral")).via == "linkedin"


# The text: "An attempt's recruiter, channel and sender_role are those of its first touch, else of its first fact that has them."


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((fact("applied", 1),), (None, None, None)),
        ((fact("sourced", 1, recruiter="ada", channel="linkedin"),), ("ada", "linkedin", None)),
        (
            (
                fact("sourced", 1, recruiter="ada", channel="linkedin"),
                fact("contacted", 2, recruiter="maria", sender_role="peer"),
            ),
            ("maria", "email", "peer"),
        ),
        (
            (
                fact("contacted", 1, purpose="reply", channel="phone", recruiter="ada", sender_role="executive"),
                fact("contacted", 2),
                fact("contacted", 3, channel="sms", recruiter="maria", sender_role="peer"),
            ),
            ("ada", "email", "executive"),
        ),
        ((fact("contacted", 1, kind="newsletter", recruiter="ada"), fact("contacted", 2)), (None, "email", None)),
    ],
)
def test_who_wrote_and_how_are_those_of_the_first_touch_or_of_the_first_fact_that_has_them(
    facts: tuple[FoldFact, ...], expected: tuple[str | None, ...]
) -> None:
    attempt = only(*facts)

    assert (attempt.recruiter, attempt.channel, attempt.sender_role) == expected


def test_the_cohort_is_that_of_the_first_touch_or_of_the_first_fact() -> None:
    assert only(fact("sourced", 1), fact("contacted", 3), fact("contacted", 5)).cohort_at == day(3)
    assert only(fact("sourced", 1), fact("contacted", 3, purpose="reply")).cohort_at == day(1)


def test_what_follows_the_hire_is_kept() -> None:
    attempt = only(fact("hired", 1), fact("started", 20), fact("left", 90))

    assert (attempt.hired_at, attempt.started_at, attempt.left_at) == (day(1), day(20), day(90))
