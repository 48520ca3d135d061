"""How freshness is told."""

from datetime import timedelta

import pytest

from services.analytics.domain.freshness import Waiting, freshness_of
from services.analytics.domain.reports import Report
from tests.unit.analytics.histories import at

NOW = at(0)


def ago(seconds: float) -> timedelta:
    """A span of time."""
    return timedelta(seconds=seconds)


def report(backlog: int = 0, oldest: float | None = None, reported: float = 1) -> Report:
    """What a service said so many seconds ago, of events that wait for so many."""
    return Report("engagement", backlog, None if oldest is None else NOW - ago(oldest), NOW - ago(reported))


@pytest.mark.parametrize(
    ("reports", "lag", "waiting", "asked", "events", "seconds"),
    [
        ([], 0, None, 0, 0, 0.0),
        ([report()], 0, None, 0, 0, 0.0),
        ([report(backlog=5, oldest=2)], 0, None, 0, 5, 2.0),
        ([report(backlog=5, oldest=2)], 7, 4, 0, 12, 4.0),
        ([report(reported=29)], 0, None, 0, 0, 0.0),
        ([report(reported=31)], 0, None, 0, 0, 31.0),
        ([], 3, 1, 90, 3, 90.0),
    ],
)
def test_freshness(reports: list[Report], lag: int, waiting: float | None, asked: float, events: int, seconds: float) -> None:
    found = freshness_of(
        reports, lag=lag, waiting_since=None if waiting is None else NOW - ago(waiting), asked_at=NOW - ago(asked), now=NOW
    )

    assert (found.behind_events, found.behind_seconds) == (events, seconds)


def test_a_record_waits_since_it_was_first_seen() -> None:
    waiting = Waiting()
    partition = ("topic", 0)

    assert waiting.since({partition: 5}, {partition: 5}, at(0)) is None
    assert waiting.since({partition: 7}, {partition: 5}, at(1)) == at(1)
    assert waiting.since({partition: 9}, {partition: 5}, at(2)) == at(1)
    assert waiting.since({partition: 9}, {partition: 7}, at(3)) == at(2)
    assert waiting.since({partition: 9}, {partition: 9}, at(4)) is None
