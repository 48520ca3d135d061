"""What a service's relay says about itself."""

from dataclasses import dataclass
from datetime import datetime

PRODUCERS = ("candidates", "engagement")
"""The services whose events are counted: each has a relay, which reports."""


@dataclass(frozen=True, slots=True)
class Report:
    """How much a service had not published at a time, and since when the oldest of it waits. Times in UTC."""

    service: str
    backlog: int
    oldest_at: datetime | None
    reported_at: datetime
