"""What a figure says, and what the invented history is made of."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.figures import Figure, percentile
from benchmarks.history import EVENTS_A_CANDIDATE, batches, history, position_names
from benchmarks.profiles import slowest
from shared.events import FACTS
from shared.events.validation import accept


def figure(name: str, aim: float, *pairs: tuple[float, float], at_most: bool = False) -> Figure:
    made = Figure(name, "ours ÷ theirs", aim, at_most=at_most)
    for pair in pairs:
        made.add(*pair)
    return made


def test_the_median_of_the_rounds_ratios_decides() -> None:
    lines = figure("speed", 0.25, (10, 100), (30, 100), (40, 100)).as_json()

    assert (lines["minimum"], lines["median"], lines["maximum"], lines["reached"]) == (0.1, 0.3, 0.4, True)


@pytest.mark.parametrize(("ours", "reached"), [(15, True), (16, False)])
def test_a_limit_is_reached_from_below(ours: float, reached: bool) -> None:
    assert figure("delay", 1.5, (ours, 10), at_most=True).is_reached is reached


def test_the_slowest_is_the_furthest_from_its_aim() -> None:
    near, far = figure("single POST", 0.6, (3, 10)), figure("batch ingest", 0.25, (1, 10))

    assert slowest([near, far]) == "batch ingest"


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([float(number) for number in range(1, 101)], 0.99) == 99


def test_a_history_is_made_of_facts_that_are_accepted_and_of_ids_that_are_used_once() -> None:
    events = list(history("some", 2400))
    for event in events:
        accept(FACTS, event["type"], event["data"])

    assert len({event["id"] for event in events}) == 2400
    assert len({event["subject"] for event in events}) == pytest.approx(2400 / EVENTS_A_CANDIDATE, abs=1)
    assert {event["data"]["position"] for event in events} == set(position_names("some", 2400))


@pytest.mark.parametrize("day", range(7))
@pytest.mark.parametrize("hour", [0, 9, 23])
def test_a_history_lies_in_the_past_and_its_contacts_on_workdays_whenever_it_is_made(day: int, hour: int) -> None:
    now = datetime(2026, 11, 2 + day, hour, tzinfo=UTC)
    events = list(history("some", 20_000, now=now))
    times = [datetime.fromisoformat(event["time"]) for event in events]
    contacts = [at for event, at in zip(events, times, strict=True) if event["type"].endswith(".contacted")]

    assert now - timedelta(days=20) < min(times)
    assert max(times) < now
    assert {at.weekday() for at in contacts} <= {0, 1, 2, 3, 4}
    assert {at.hour for at in contacts} <= set(range(10, 19))


def test_batches_hold_everything_in_order() -> None:
    found = list(batches("some", 2500))

    assert [len(batch) for batch in found] == [1000, 1000, 500]
    assert [event["id"] for batch in found for event in batch] == [event["id"] for event in history("some", 2500)]
    assert max(Counter(event["id"] for batch in found for event in batch).values()) == 1
