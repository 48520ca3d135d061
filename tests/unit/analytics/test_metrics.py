"""Each metric by table: what facts of one or more attempts make of it. A metric without a line here is not done."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.metrics import BY_NAME, METRICS, Contribution, Sides, Sum, Sums, contributions, wilson
from services.analytics.metrics.durations import bucket_of, quantile_seconds
from services.analytics.use_cases.read_funnel import funnel_of
from shared.attempts import Attempt, FoldFact, fold
from shared.events import Event
from tests.unit.analytics.histories import History, at, attempts_of
from tests.unit.shared.test_attempts_properties import facts_and_retractions

STAGES = ["sourced", "contacted", "responded", "interested", "screening", "submitted", "interviewing", "offered", "hired"]
Told = list[tuple[Any, ...]]
"""Facts of one pursuit: kind, day, and data where there is any."""


def facts_of(*facts: tuple[Any, ...]) -> tuple[Attempt, ...]:
    """The attempts that facts of one pursuit make."""
    history = History()
    events: list[Event] = []
    for kind, day, *data in facts:
        events.append(history.fact(kind, days=day, **(data[0] if data else {})))
    return attempts_of(*events)


def sums_of(*attempts: Attempt) -> dict[str, Sum]:
    """What the contributions of attempts add up to."""
    sums: dict[str, Sum] = {}
    for attempt in attempts:
        for one in contributions(attempt):
            known = sums.get(one.measure, Sum(0))
            sums[one.measure] = Sum(known.attempts + 1, known.seconds + one.seconds)
    return sums


def value(name: str, *pursuits: Told) -> Any:
    """The value of a metric over the attempts of some pursuits."""
    (metric,) = [one for one in METRICS if one.name == name]
    return metric.value(Sums(sums_of(*(attempt for pursuit in pursuits for attempt in facts_of(*pursuit)))))


def by_stage(**known: Any) -> dict[str, Any]:
    """A value for each stage; those not given are what nothing gives."""
    return {stage: known.get(stage, known.get("rest")) for stage in STAGES}


def test_reached_counts_implied_stages() -> None:
    found = value("reached", [("offered", 1)], [("applied", 0)], [("contacted", 0)])

    assert found == by_stage(
        sourced=3, contacted=2, responded=1, interested=2, screening=1, submitted=0, interviewing=1, offered=1, hired=0
    )


def test_recorded_counts_facts_of_the_very_stage() -> None:
    found = value(
        "recorded", [("contacted", 0), ("contacted", 1), ("offered", 2)], [("stage_entered", 0, {"stage": "submitted"})]
    )

    assert found == by_stage(contacted=1, offered=1, submitted=1, rest=0)


@pytest.mark.parametrize(
    ("pursuits", "expected"),
    [
        ([], {"sourced": 1.0}),
        ([[("contacted", 0)], [("sourced", 0)]], {"sourced": 1.0, "contacted": 0.5, "responded": 0.0}),
        (
            [[("applied", 0)], [("contacted", 0)]],
            {"sourced": 1.0, "contacted": 1.0, "responded": 0.0, "interested": 1.0, "screening": 0.0},
        ),
        (
            [[("screened", 0), ("submitted", 1), ("interviewed", 2)], [("screened", 0), ("interviewed", 1)], [("screened", 0)]],
            {
                "sourced": 1.0, "contacted": 1.0, "responded": 1.0, "interested": 1.0, "screening": 1.0, "submitted": 0.3333,
                "interviewing": 0.6667, "offered": 0.0,
            },
        ),
    ],
)  # fmt: skip
def test_from_previous_is_the_share_of_those_who_could_go_on(pursuits: list[Told], expected: dict[str, float]) -> None:
    assert value("from_previous", *pursuits) == by_stage(**expected)


def test_from_previous_never_exceeds_one() -> None:
    mixed = [("applied", 0), ("hired", 1)], [("contacted", 0)], [("submitted", 0)], [("offered", 0)], [("rejected", 0)]

    rates = value("from_previous", *(list(one) for one in mixed))

    assert all(rate is None or 0 <= rate <= 1 for rate in rates.values())


@pytest.mark.parametrize(
    ("pursuits", "stage", "hours"),
    [
        ([[("sourced", 0), ("contacted", 1)]], "contacted", 24.0),
        ([[("sourced", 0), ("contacted", 1)], [("sourced", 0), ("contacted", 2)]], "contacted", 36.0),
        ([[("contacted", 0), ("interested", 1)]], "interested", None),
        ([[("screened", 0), ("interviewed", 2)]], "interviewing", 48.0),
        ([[("screened", 0), ("submitted", 1), ("interviewed", 2)]], "interviewing", 24.0),
        ([[("responded", 0), ("contacted", 1)]], "responded", 0.0),
        ([[("sourced", 0)]], "sourced", None),
    ],
)
def test_median_hours_from_the_stage_reached_before(pursuits: list[Told], stage: str, hours: float | None) -> None:
    assert value("median_hours", *pursuits)[stage] == hours


def test_a_median_of_many_is_within_three_percent() -> None:
    durations = sorted(60 * 7 * n * n for n in range(1, 400))
    buckets: dict[int, Sum] = {}
    for seconds in durations:
        known = buckets.get(bucket_of(seconds), Sum(0))
        buckets[bucket_of(seconds)] = Sum(known.attempts + 1, known.seconds + seconds)

    assert quantile_seconds(buckets.values(), 0.5) == pytest.approx(durations[len(durations) // 2], rel=0.03)
    assert len(buckets) < len(durations)


def test_longer_durations_have_higher_buckets() -> None:
    buckets = [bucket_of(60 * minutes) for minutes in range(5000)]

    assert buckets == sorted(buckets)
    assert buckets[:64] == list(range(64))
    assert len(set(buckets)) < 64 + 32 * 8


def test_responded_by_touch() -> None:
    def answered_after(touches: int) -> Told:
        return [*[("contacted", day) for day in range(touches)], ("responded", 20)]

    found = value("responded_by_touch", *[answered_after(touches) for touches in range(7)], [("contacted", 0)])

    assert found == {"0": 1, "1": 1, "2": 1, "3": 1, "later": 3}


@pytest.mark.parametrize(
    ("facts", "outcome", "interest", "unanswered"),
    [
        ([("sourced", 0)], "open", "unknown", 0),
        ([("contacted", 0)], "waiting", "unknown", 1),
        ([("stage_entered", 0, {"stage": "contacted"})], "waiting", "unknown", 1),
        ([("contacted", 0), ("ghosted", 1)], "soft_no", "unknown", 1),
        ([("contacted", 0), ("responded", 1)], "open", "unknown", 0),
        ([("contacted", 0), ("interested", 1)], "in_play", "interested", 0),
        ([("interested", 0), ("hired", 1)], "hired", "interested", 0),
        ([("contacted", 0), ("declined", 1, {"reason": "salary"})], "soft_no", "uninterested", 0),
        ([("interested", 0), ("declined", 1, {"reason": "do_not_contact"})], "hard_no", "interested", 0),
        ([("applied", 0), ("rejected", 1, {"reason": "falsified_record"})], "hard_no", "interested", 0),
        ([("sourced", 0), ("position_closed", 1)], "soft_no", "unknown", 0),
        ([("feedback_given", 0)], "open", "unknown", 0),
    ],
)
def test_outcome_interest_and_unanswered(facts: Told, outcome: str, interest: str, unanswered: int) -> None:
    outcomes, interests = value("outcomes", facts), value("interest", facts)

    assert list(outcomes) == ["hired", "hard_no", "soft_no", "in_play", "waiting", "open"]
    assert list(interests) == ["interested", "uninterested", "unknown"]
    assert {one: count for one, count in outcomes.items() if count} == {outcome: 1}
    assert {one: count for one, count in interests.items() if count} == {interest: 1}
    assert value("unanswered", facts) == unanswered


@given(st.lists(facts_and_retractions(), max_size=4))
def test_outcomes_and_interest_add_up_to_the_attempts_and_closes_to_the_closed(pursuits: list[list[FoldFact]]) -> None:
    attempts = [attempt for facts in pursuits for attempt in fold(facts).attempts]
    sums = Sums(sums_of(*attempts))
    found = {metric.name: metric.value(sums) for metric in METRICS}

    assert sum(found["outcomes"].values()) == sum(found["interest"].values()) == len(attempts)
    closes = [count for name in ("declines", "rejections", "other_closes") for count in found[name].values()]
    assert sum(closes) == found["outcomes"]["hard_no"] + found["outcomes"]["soft_no"]
    assert found["outcomes"]["waiting"] <= found["unanswered"] <= found["reached"]["contacted"]
    assert found["interest"]["interested"] == found["reached"]["interested"]
    assert sum(found["responded_by_touch"].values()) <= found["reached"]["responded"]


def test_declines_and_rejections_by_reason_the_most_frequent_first() -> None:
    pursuits: list[Told] = [
        [("declined", 0, {"reason": "location"})],
        [("declined", 0, {"reason": "salary"})],
        [("declined", 0, {"reason": "salary"}), ("contacted", 1), ("declined", 2, {"reason": "timing"})],
        [("rejected", 0, {"reason": "skills", "by": "team"})],
        [("rejected", 0, {"reason": "rejected_by_sponsor", "by": "sponsor"})],
        [("withdrawn", 0)],
    ]

    assert list(value("declines", *pursuits).items()) == [("salary", 2), ("location", 1), ("timing", 1)]
    assert value("rejections", *pursuits) == {"rejected_by_sponsor": 1, "skills": 1}
    assert value("other_closes", *pursuits) == {"withdrawn": 1}


def test_other_closes_by_kind_the_most_frequent_first() -> None:
    silent: Told = [("contacted", 0), ("ghosted", 31)]
    absent: Told = [("interested", 0), ("no_show", 1)]
    closed: Told = [("interested", 0), ("position_closed", 1)]

    assert list(value("other_closes", absent, silent, silent, closed).items()) == [
        ("ghosted", 2), ("no_show", 1), ("position_closed", 1),
    ]  # fmt: skip


def test_a_close_that_does_not_decide_counts_nowhere() -> None:
    pursuit: Told = [("declined", 0, {"reason": "salary"}), ("rejected", 1, {"reason": "skills"})]

    assert (value("declines", pursuit), value("rejections", pursuit)) == ({}, {"skills": 1})


def test_activity_counts_each_thing_at_its_own_time() -> None:
    (attempt,) = facts_of(
        ("sourced", 0), ("contacted", 1), ("contacted", 3), ("responded", 5), ("declined", 7, {"reason": "salary"})
    )

    found = {one.measure: one.at for one in contributions(attempt)}

    assert found["reached.sourced"] == at(0)
    assert found["recorded.contacted"] == at(1)
    assert found["responded_by_touch.2"] == at(5)
    assert found["outcomes.soft_no"] == at(7)
    assert found["interest.uninterested"] == at(7)
    assert found["declines.salary"] == at(7)
    assert found["from_previous.interested"] == at(5), "who stopped is counted when they reached the stage before"


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        (
            [("sourced", 0), ("contacted", 1), ("contacted", 3)],
            {"outcomes.waiting": 3, "unanswered.attempts": 3, "interest.unknown": 1},
        ),
        ([("sourced", 0), ("contacted", 1, {"purpose": "reply"})], {"outcomes.waiting": 1, "unanswered.attempts": 1}),
        ([("sourced", 0), ("contacted", 1), ("responded", 3)], {"outcomes.open": 1, "interest.unknown": 1}),
        ([("contacted", 1), ("interested", 3)], {"outcomes.in_play": 3, "interest.interested": 3}),
        ([("contacted", 1), ("hired", 9)], {"outcomes.hired": 9, "interest.interested": 9}),
        ([("contacted", 1), ("ghosted", 31)], {"outcomes.soft_no": 31, "other_closes.ghosted": 31, "unanswered.attempts": 1}),
        ([("contacted", 1), ("declined", 2)], {"reached.responded": 2, "responded_by_touch.1": 2}),
    ],
)
def test_the_time_of_what_is_counted(facts: Told, day: dict[str, float]) -> None:
    (attempt,) = facts_of(*facts)

    found = {one.measure: one.at for one in contributions(attempt)}
    assert {measure: found[measure] for measure in day} == {measure: at(on) for measure, on in day.items()}


def test_ninety_percent_and_the_middle_lie_between_the_nearest_durations() -> None:
    pursuits: list[Told] = [[("sourced", 0), ("contacted", day)] for day in range(1, 11)]

    assert value("median_hours", *pursuits)["contacted"] == 5.5 * 24
    assert value("p90_hours", *pursuits)["contacted"] == pytest.approx(9.1 * 24)


@pytest.mark.parametrize(
    ("name", "pursuits", "expected"),
    [
        ("hire_rate", [[("hired", 1)], [("contacted", 0)], [("applied", 0)], [("declined", 0)]], 0.25),
        ("interest_rate", [[("applied", 1)], [("contacted", 0)], [("declined", 0)]], 0.5),
        ("touches_per_reply", [[("contacted", 0), ("contacted", 1), ("responded", 2)], [("contacted", 0)]], 3.0),
        ("touches_per_reply", [[("contacted", 0), ("contacted", 1, {"purpose": "reply"}), ("responded", 2)]], 1.0),
        ("touches_per_reply", [[("contacted", 0)]], None),
        (
            "pool_burn",
            [[("contacted", 0), ("ghosted", 31)], [("declined", 0, {"reason": "do_not_contact"})], [("applied", 0)]],
            2.0,
        ),
        ("pool_burn", [[("contacted", 0), ("declined", 31, {"reason": "salary"})], [("applied", 0)]], 0.0),
        ("returned", [[("declined", 0), ("contacted", 9)], [("contacted", 0)]], 1),
        ("hired_on_return", [[("declined", 0), ("contacted", 9), ("hired", 12)], [("hired", 0)]], 1),
        ("started", [[("hired", 0), ("started", 9)], [("hired", 0)]], 1),
        ("left_early", [[("hired", 0), ("started", 9), ("left", 99)], [("hired", 0), ("started", 9), ("left", 189)]], 0.5),
        ("contradictions", [[("hired", 0), ("rejected", 1)], [("hired", 0)], [("rejected", 0)]], 1),
    ],
)
def test_what_is_made_of_all_attempts(name: str, pursuits: list[Told], expected: float | None) -> None:
    assert value(name, *pursuits) == expected


def test_a_share_has_wilsons_interval_and_no_other_ratio_has_one() -> None:
    few, many = wilson(Sides(1, 4)), wilson(Sides(250, 1000))

    assert few == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert many == pytest.approx((0.2241, 0.2778), abs=1e-4)
    assert wilson(Sides(0, 3))[0] == 0.0
    assert wilson(Sides(3, 3))[1] == pytest.approx(1.0)
    sums = Sums(sums_of(*facts_of(("contacted", 0), ("responded", 2))))
    (touches,), (hired,) = (BY_NAME[name].adds_up.rows(sums) for name in ("touches_per_reply", "hire_rate"))
    assert (touches.low, touches.n) == (None, 1)
    assert (hired.low, hired.n) == (0.0, 1)


def test_every_contribution_is_read_by_the_metric_it_is_named_for() -> None:
    names = {metric.name for metric in METRICS}
    attempts = facts_of(
        ("sourced", 0), ("contacted", 1), ("responded", 2), ("screened", 3), ("declined", 4, {"reason": "salary"})
    )

    found: list[Contribution] = [one for attempt in attempts for one in contributions(attempt)]

    assert {one.measure.partition(".")[0] for one in found} <= names
    assert all(set(one.measure) <= set("abcdefghijklmnopqrstuvwxyz0123456789._") for one in found), "stored unquoted in arrays"
    assert all(one.seconds >= 0 for one in found)


def test_names_of_metrics_are_used_once() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_a_metric_is_told_by_its_registry_entry() -> None:
    for metric in METRICS:
        assert metric.question.endswith("?"), metric.name
        assert metric.definition.endswith("."), metric.name
        assert metric.unit
        assert metric.dimensions


def test_a_funnel_of_nothing_has_every_metric() -> None:
    funnel = funnel_of(None, {}, too_young=False)

    assert [stage["stage"] for stage in funnel.stages] == STAGES
    assert {*funnel.stages[0], *funnel.values} == {metric.name for metric in METRICS if metric.per != "none"} | {"stage"}


def test_durations_of_more_than_a_century_have_a_bucket() -> None:
    assert bucket_of(int(timedelta(days=365 * 230).total_seconds())) < 1000
