"""What attempts have in common is kept once, and nothing is lost by it."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.column_profiles import Shapes, buckets_of, counts_of
from services.analytics.domain.profiles import profiled
from services.analytics.metrics.durations import LONGEST, bucket_of

PLAIN = ("reached.sourced", "outcomes.in_play", "touches_per_reply.touches")


@st.composite
def contributed(draw: st.DrawFn) -> tuple[str, int, int]:
    """A contribution to a measure that counts, lasts or weighs, at one of few times."""
    at = draw(st.integers(1, 4))
    kind = draw(st.sampled_from(("counts", "lasts", "weighs")))
    if kind == "counts":
        return draw(st.sampled_from(PLAIN)), at, 0
    seconds = draw(st.integers(0, 10**7))
    if kind == "weighs":
        return "talk_to_listen.sent", at, seconds
    return f"median_hours.{draw(st.sampled_from(('contacted', 'hired')))}.{bucket_of(seconds)}", at, seconds


histories = st.lists(contributed(), min_size=1, max_size=12)


@given(added=histories)
def test_a_profile_with_times_and_seconds_says_all_that_was_contributed(added: list[tuple[str, int, int]]) -> None:
    found = profiled(*zip(*added, strict=True))

    measures = found.profile.counted(found.seconds)
    ats = [found.times[place - 1] for place in found.profile.places]
    seconds = [*found.seconds, *[0] * (len(measures) - len(found.seconds))]
    assert sorted(zip(measures, ats, seconds, strict=True)) == sorted(added)
    assert len(set(found.times)) == len(found.times)


def test_attempts_that_differ_in_times_and_durations_alone_have_one_profile() -> None:
    one = profiled(["reached.hired", f"median_hours.hired.{bucket_of(900)}"], [5, 9], [0, 900])
    other = profiled(["reached.hired", f"median_hours.hired.{bucket_of(90_000)}"], [7, 8], [0, 90_000])
    same_time = profiled(["reached.hired", "median_hours.hired.0"], [7, 7], [0, 0])

    assert one.profile == other.profile
    assert one.profile.id != same_time.profile.id


@given(seconds=st.lists(st.integers(0, LONGEST), min_size=1))
def test_the_buckets_of_many_durations_are_those_of_each(seconds: list[int]) -> None:
    assert buckets_of(np.asarray(seconds)).tolist() == [bucket_of(one) for one in seconds]


@given(attempts=st.lists(histories, min_size=1, max_size=6))
def test_the_contributions_of_many_attempts_are_laid_out_at_once(attempts: list[list[tuple[str, int, int]]]) -> None:
    shapes, names = Shapes(), list(PLAIN)
    numbers, times, seconds, wanted = [], [], [], []
    for row, added in enumerate(attempts):
        found = profiled(*zip(*added, strict=True))
        number = shapes.known(found.profile)
        if number is None:
            number = shapes.add(found.profile, [names.index(name) for name in counts_of(found.profile)])
        numbers.append(number)
        times += found.times
        seconds += found.seconds
        wanted += [(row, measure, at) for measure, at, _ in added]

    counts, spans = shapes.spread(np.asarray(numbers))
    spelled, which = shapes.counted(spans.code, np.asarray(seconds, np.int64))

    def laid_out(places: Any, measures: list[str]) -> list[tuple[int, str, int]]:
        return [
            (row, measure, times[at]) for row, measure, at in zip(places.row.tolist(), measures, places.at.tolist(), strict=True)
        ]

    laid = laid_out(counts, [names[code] for code in counts.code.tolist()]) + laid_out(spans, [spelled[one] for one in which])
    assert sorted(laid) == sorted(wanted)
