"""The invented history of a hiring team, as an ATS would post it.

Ten candidates in turn take one of five courses, 4.8 events each on average, and 100 candidates make a position. Candidates
move on side by side, 500 at a time, so a batch of 1,000 events touches about 500 people in five positions' worth of pursuits
spread over all positions. Everything happened within the last 20 days: nothing is ghosted yet, so that the clock adds no events
of its own while something is measured. It begins on a Monday at ten in the morning, UTC, so that no contact falls into quiet
hours or a weekend, whenever it is measured: each such contact would be a breach, with an event of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

EVENTS_A_CANDIDATE = 4.8
CANDIDATES_A_POSITION = 100
SIDE_BY_SIDE = 500
BATCH = 1000
_WORKDAY_SECONDS = 30_000
"""Candidates begin within a bit more than eight hours."""

_SALARY = {"reason": "salary", "facts": {"asked": 85000, "currency": "EUR"}}
_SOURCED: tuple[str, dict[str, Any]] = ("sourced", {"via": "linkedin"})
_CONTACTED: tuple[str, dict[str, Any]] = ("contacted", {"channel": "email", "words": 74, "sender_role": "recruiter"})
_RESPONDED: tuple[str, dict[str, Any]] = ("responded", {"channel": "email", "mood": "positive"})
_SILENT = [_SOURCED, _CONTACTED, _CONTACTED, _CONTACTED]
_DECLINED = [_SOURCED, _CONTACTED, _RESPONDED, ("declined", _SALARY)]
_TALKING = [_SOURCED, _CONTACTED, _RESPONDED, ("interested", {}), ("screened", {})]
_REJECTED = [("applied", {}), ("screened", {}), ("interviewed", {}), ("rejected", {"reason": "skills"})]
_HIRED = [
    *(_SOURCED, _CONTACTED, _CONTACTED, _RESPONDED),
    *[(name, {}) for name in ("interested", "screened", "submitted", "interviewed", "offered", "hired")],
]
COURSES = [_SILENT, _DECLINED, _TALKING, _SILENT, _HIRED, _SILENT, _REJECTED, _DECLINED, _SILENT, _TALKING]

Posted = dict[str, Any]


def position_names(name: str, events: int) -> list[str]:
    """The positions that a history of so many events is spread over."""
    count = max(1, round(events / EVENTS_A_CANDIDATE / CANDIDATES_A_POSITION))
    return [f"bench:{name}-{number}" for number in range(count)]


def history(name: str, events: int, *, now: datetime | None = None) -> Iterator[Posted]:
    """``events`` events in the order in which they are posted; another name is another organisation."""
    positions = position_names(name, events)
    began = _begin(now or datetime.now(UTC))
    made = first = 0
    while True:
        for step in range(max(map(len, COURSES))):
            for number in range(first, first + SIDE_BY_SIDE):
                course = COURSES[number % len(COURSES)]
                if step >= len(course):
                    continue
                kind, details = course[step]
                yield {
                    "source": "bench",
                    "id": f"{name}-{number}-{step}",
                    "type": f"rekindle.pursuit.{kind}",
                    "subject": f"bench:{name}-{number}",
                    "time": (began + timedelta(days=step, seconds=number % _WORKDAY_SECONDS)).isoformat(),
                    "data": {"position": positions[number % len(positions)], "recruiter": f"r{number % 12}", **details},
                }
                made += 1
                if made == events:
                    return
        first += SIDE_BY_SIDE


def _begin(now: datetime) -> datetime:
    """Ten o'clock on the last Monday that lies at least ten days back, as many as the longest course has steps."""
    day = now.replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=10)
    return day - timedelta(days=day.weekday())


def batches(name: str, events: int) -> Iterator[list[Posted]]:
    """A history in batches of 1,000; the last may be shorter."""
    batch: list[Posted] = []
    for event in history(name, events):
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def bodies(name: str, events: int) -> list[bytes]:
    """A history as the bodies of requests."""
    return [orjson.dumps(batch) for batch in batches(name, events)]
