"""What one attempt or item adds to one measure."""

from datetime import datetime
from typing import NamedTuple


class Contribution(NamedTuple):
    """One share in one measure: counts 1, and ``seconds`` where the measure is of durations, or of what weighs: words."""

    measure: str
    at: datetime
    """When what it counts happened, in UTC: the activity view's time."""
    seconds: int = 0
