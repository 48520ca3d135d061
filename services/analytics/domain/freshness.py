"""How far behind the read models are."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.analytics.domain.reports import PRODUCERS, Report

TRUSTED_FOR = timedelta(seconds=30)
"""For how long a report, or the broker's last answer, is taken as news. After that its age is how far behind we may be."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How many events are known and not counted, and for how long the oldest of them has waited, in seconds."""

    behind_events: int
    behind_seconds: float
    uncertain_since: datetime | None
    """Since when a producer or the broker is silent, so that there may be more than ``behind_events``; None while all report."""


@dataclass(slots=True)
class Waiting:
    """Since when records have waited, as far as this process has seen: the broker says where partitions end, not since when."""

    seen: dict[tuple[str, int], deque[tuple[int, datetime]]] = field(default_factory=dict)

    def since(self, ends: Mapping[tuple[str, int], int], stored: Mapping[tuple[str, int], int], now: datetime) -> datetime | None:
        """Note where partitions end now; returns when the oldest record that is not applied was first seen, if any is."""
        oldest: datetime | None = None
        for partition, end in ends.items():
            notes = self.seen.setdefault(partition, deque(maxlen=256))
            if not notes or notes[-1][0] < end:
                notes.append((end, now))
            while notes and notes[0][0] <= stored.get(partition, 0):
                notes.popleft()
            if notes and (oldest is None or notes[0][1] < oldest):
                oldest = notes[0][1]
        return oldest


def freshness_of(
    reports: Sequence[Report],
    *,
    lag: int,
    waiting_since: datetime | None,
    asked_at: datetime,
    started_at: datetime,
    now: datetime,
) -> Freshness:
    """Add up what the producers reported and what the broker holds.

    ``lag`` is the broker's last answer, given at ``asked_at``; both are ``started_at``'s where it never answered. Who is silent
    for longer than ``TRUSTED_FOR`` may hide anything, so that silence counts as being behind, and as uncertain.
    """
    heard = {report.service: report.reported_at for report in reports}
    last_words = [asked_at, *heard.values(), *(started_at for producer in PRODUCERS if producer not in heard)]
    uncertain_since = min((moment for moment in last_words if now - moment > TRUSTED_FOR), default=None)
    waiting = [report.oldest_at for report in reports if report.backlog]
    oldest = min((moment for moment in (uncertain_since, waiting_since, *waiting) if moment is not None), default=now)
    return Freshness(
        lag + sum(report.backlog for report in reports),
        round(max(0.0, (now - oldest).total_seconds()), 3),
        uncertain_since,
    )
