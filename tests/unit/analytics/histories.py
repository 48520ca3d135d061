"""Builders: a history of facts and snapshots as analytics reads them from the bus, each event one line."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.attempts import Attempt, fact_of, fold
from shared.events import BY_TYPE, CandidateChanged, CandidateErased, Event, EventData, PositionChanged
from shared.ids import candidate_id, event_id, position_id

DAY_ONE = datetime(2026, 3, 2, 9, tzinfo=UTC)
POSITION = "ats:staff"


def at(days: float) -> datetime:
    """A time so many days after the first."""
    return DAY_ONE + timedelta(days=days)


def person(name: str) -> UUID:
    """The stream of a candidate of this name."""
    return candidate_id(f"ats:{name}")


@dataclass
class History:
    """Makes events with the sequences of their streams."""

    sequences: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def _event(self, data: EventData, subject: UUID, days: float, name: str | None = None) -> Event:
        stream = f"{data.topic}:{subject}"
        self.sequences[stream] += 1
        self.made += 1
        external = name or f"event-{self.made}"
        return Event.of(
            data,
            id=event_id("ats", external),
            source="ats",
            subject=subject,
            sequence=self.sequences[stream],
            time=at(days),
        )

    def fact(self, kind: str, who: str = "ada", days: float = 0, *, name: str | None = None, **data: Any) -> Event:
        """A fact; ``kind`` is the last word of a pursuit's type, or the type without ``rekindle.``; None for no position."""
        type_name = f"rekindle.{kind}" if "." in kind else f"rekindle.pursuit.{kind}"
        if type_name.startswith("rekindle.pursuit."):
            data.setdefault("position", POSITION)
        if kind == "contacted":
            data.setdefault("channel", "email")
        given = {field: value for field, value in data.items() if value is not None}
        return self._event(BY_TYPE[type_name].model_validate(given), person(who), days, name)

    def again(self, event: str, who: str, days: float, **data: Any) -> Event:
        """An event of the re-engagement topic about somebody; ``event`` is its type without ``rekindle.``."""
        return self._event(BY_TYPE[f"rekindle.{event}"].model_validate({"candidate_id": person(who), **data}), person(who), days)

    def belongs(self, who: str, to: str, **known: Any) -> Event:
        """The snapshot that says which person a stream belongs to, and what is known of them."""
        return self._event(CandidateChanged(candidate_id=person(who), person_id=person(to), **known), person(who), 0)

    def known(self, who: str, **known: Any) -> Event:
        """A snapshot of a person of one stream."""
        return self.belongs(who, who, **known)

    def erased(self, who: str, erasure: UUID | None = None) -> Event:
        """The record that a candidate was erased."""
        return self._event(CandidateErased(candidate_id=person(who), erasure_id=erasure), person(who), 0)

    def position(self, name: str = POSITION, *, closed: float | None = None, **known: Any) -> Event:
        """A snapshot of a position, closed so many days after the first where that is given."""
        spans = [] if closed is None else [{"opened_at": at(-100), "closed_at": at(closed)}]
        which = position_id(name)
        return self._event(PositionChanged.model_validate({"position_id": which, "spans": spans, **known}), which, 0)


def attempts_of(*facts: Event, closings: tuple[datetime, ...] = (), until: datetime | None = None) -> tuple[Attempt, ...]:
    """What the fold says about facts of one pursuit."""
    return fold([fact_of(one.id, one.type, one.time, one.raw) for one in facts], closings, until=until).attempts
