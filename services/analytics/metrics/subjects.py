"""What metrics count beside attempts: items of a few kinds, each with a person and perhaps a position.

An item contributes as an attempt does. What is known of it comes with events; what lies ahead is counted once its time has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.analytics.metrics.contribution import Contribution


class Subject(StrEnum):
    """What a metric counts."""

    ATTEMPT = "attempt"
    OBLIGATION = "obligation"
    """Something we owe a person, until it is withdrawn."""
    BREACH = "breach"
    """A rule that a contact broke, until it is withdrawn."""
    PLAN = "plan"
    """A soft no and when we may come back, also once the plan ended."""
    QUEUE = "queue"
    """Something that happened to a person's item of the re-engagement queue."""
    STATEMENT = "statement"
    """What a person said of us: a rating, an unsubscription, a complaint."""
    CHANGE = "change"
    """A change of a person's market status."""
    PERSON = "person"
    """Somebody of whom there is a record."""
    LOSS = "loss"
    """An attempt, for what it won or lost, or an unsubscription."""
    HIRE = "hire"
    """A hire, with how long the person had been known."""
    PRESSED = "pressed"
    """Somebody who was touched of late."""
    POOLED = "pooled"
    """Somebody of whom there is a record, with how far they ever came."""
    UNPLANNED = "unplanned"
    """A soft no of which no return plan is known."""


OF_PEOPLE = frozenset({Subject.PERSON, Subject.POOLED})
"""What the copy of everybody in memory answers."""
SOME_ATTEMPTS = frozenset({Subject.HIRE, Subject.UNPLANNED})
"""Some of the attempts, each of which adds one thing."""
FROM_MEMORY = OF_PEOPLE | SOME_ATTEMPTS | {Subject.LOSS, Subject.PRESSED}
"""What the copies in memory answer beside attempts, as of now."""
MADE_OF_ATTEMPTS = frozenset({Subject.LOSS, Subject.HIRE, Subject.PRESSED, Subject.POOLED, Subject.UNPLANNED})
LOOK_BACK = {Subject.ATTEMPT, *MADE_OF_ATTEMPTS} - {Subject.UNPLANNED}
"""What can be counted as it was: of all others the present state alone is kept."""


DIMENSIONS_OF: dict[Subject, frozenset[str]] = {
    subject: frozenset({"skill", "level", "location", "tier", "market_status"}) | more
    for subject, more in {
        Subject.OBLIGATION: {"position", "sponsor", "recruiter", "period"},
        Subject.BREACH: {"position", "sponsor", "recruiter", "channel", "period"},
        Subject.PLAN: {"position", "sponsor", "period"},
        Subject.QUEUE: {"recruiter", "period"},
        Subject.STATEMENT: {"channel", "period"},
        Subject.CHANGE: {"period"},
        Subject.PERSON: {"period"},
        Subject.PRESSED: {"period"},
        Subject.POOLED: {"period"},
    }.items()
}
"""What items of each kind can be filtered and grouped by; all are of a person. Those that are missing here have all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item. ``stream`` is a stream of the person's, ``began_at`` (UTC) what stands for the cohort of an attempt."""

    kind: Subject
    id: UUID
    stream: UUID
    began_at: datetime
    contributions: Sequence[Contribution]
    position: UUID | None = None
    recruiter: str | None = None
    channel: str | None = None
    number: int = 1
    """Which attempt of the person for the position, where it is of one."""


@dataclass(frozen=True, slots=True)
class Gone:
    """An item that never was."""

    kind: Subject
    id: UUID


@dataclass(slots=True)
class Items:
    """What items became, by kind and id; of several states of one the last."""

    by_key: dict[tuple[Subject, UUID], Item | Gone] = field(default_factory=dict)

    def add(self, found: Item | Gone) -> None:
        """Keep the newest state of an item."""
        self.by_key[found.kind, found.id] = found

    @property
    def planned(self) -> set[UUID]:
        """The streams that have a return plan among them."""
        return {one.stream for one in self.by_key.values() if isinstance(one, Item) and one.kind is Subject.PLAN}
