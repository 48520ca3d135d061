"""How far behind the numbers are, and whether anybody can know."""

from datetime import datetime, timedelta

import pytest

from services.analytics.domain.freshness import Waiting, freshness_of
from services.analytics.domain.reports import Report
from tests.unit.analytics.histories import at

NOW = at(0)


def ago(seconds: float) -> timedelta:
    """A span of time."""
    return timedelta(seconds=seconds)


def said(service: str, reported: float, backlog: int = 0, oldest: float | None = None) -> Report:
    """What a service said so many seconds ago, of events of which the oldest had been waiting since ``oldest`` seconds ago."""
    return Report(service, backlog, None if oldest is None else NOW - ago(oldest), NOW - ago(reported))


CANDIDATES = said("candidates", reported=1)
ENGAGEMENT = said("engagement", reported=1)


def read(
    *reports: Report, lag: int = 0, waiting: float | None = None, asked: float = 0, started: float = 3600
) -> tuple[int, float, datetime | None]:
    """Freshness from what was said so many seconds ago."""
    found = freshness_of(
        reports,
        lag=lag,
        waiting_since=None if waiting is None else NOW - ago(waiting),
        asked_at=NOW - ago(asked),
        started_at=NOW - ago(started),
        now=NOW,
    )
    return found.behind_events, found.behind_seconds, found.uncertain_since


@pytest.mark.parametrize(
    ("engagement", "lag", "waiting", "events", "seconds"),
    [
        (said("engagement", reported=1), 0, None, 0, 0.0),
        (said("engagement", reported=1, backlog=5, oldest=2), 0, None, 5, 2.0),
        (said("engagement", reported=1, backlog=5, oldest=2), 7, 4, 12, 4.0),
        (said("engagement", reported=29), 0, None, 0, 0.0),
    ],
)
def test_while_all_report_it_is_what_they_say(
    engagement: Report, lag: int, waiting: float | None, events: int, seconds: float
) -> None:
    assert read(CANDIDATES, engagement, lag=lag, waiting=waiting) == (events, seconds, None)


def test_a_silent_producer_may_hold_more_than_it_said() -> None:
    assert read(CANDIDATES, said("engagement", reported=31)) == (0, 31.0, NOW - ago(31))
    assert read(CANDIDATES, said("engagement", reported=31, backlog=2, oldest=40)) == (2, 40.0, NOW - ago(31))


def test_a_silent_broker_may_hold_more_than_it_said() -> None:
    assert read(CANDIDATES, ENGAGEMENT, lag=3, waiting=1, asked=90) == (3, 90.0, NOW - ago(90))


def test_a_producer_that_never_reported_is_silent_since_the_process_started() -> None:
    assert read(CANDIDATES, started=10) == (0, 0.0, None)
    assert read(CANDIDATES, started=40) == (0, 40.0, NOW - ago(40))


def test_a_record_waits_since_it_was_first_seen() -> None:
    waiting = Waiting()
    partition = ("topic", 0)

    assert waiting.since({partition: 5}, {partition: 5}, at(0)) is None
    assert waiting.since({partition: 7}, {partition: 5}, at(1)) == at(1)
    assert waiting.since({partition: 9}, {partition: 5}, at(2)) == at(1)
    assert waiting.since({partition: 9}, {partition: 7}, at(3)) == at(2)
    assert waiting.since({partition: 9}, {partition: 9}, at(4)) is None
