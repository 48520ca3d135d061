"""When was a position open? All opening and closing times, from everything that was ever said of them.

The fold reads all observations of status, opened_at and closed_at in order of ``observed_at``, never of arrival:

- ``status: closed`` closes at ``closed_at`` where one is sent, else at ``observed_at``. A ``closed_at`` without a
  status closes too.
- ``status: open`` after a closing opens a new span, at ``opened_at`` where that lies after the closing, else at
  ``observed_at``.
- Sent again, a time corrects the current span. ``closed_at: null`` without a status takes back a closing time that was sent.
- A ``closed_at`` beside the status open, draft or on_hold closes nothing: the status decides. on_hold closes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.candidates.domain.registers import Observation, Value
from shared.events.vocabulary import PositionStatus

FIELDS = frozenset({"status", "opened_at", "closed_at"})
"""The fields whose whole history the fold needs."""


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """A time during which the position was open; None is not known, or not yet."""

    opened_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Openings:
    """What is known of a position's openings."""

    status: PositionStatus | None
    spans: tuple[OpenSpan, ...]
    is_contradicted: bool = False
    """Whether the current span's closing is known and its opening is not."""

    @property
    def opened_at(self) -> datetime | None:
        """When the current or last span began."""
        return self.spans[-1].opened_at if self.spans else None

    @property
    def closed_at(self) -> datetime | None:
        """When the last span ended; None while the position is open."""
        return self.spans[-1].closed_at if self.spans else None


@dataclass(slots=True)
class _Fold:
    status: PositionStatus | None = None
    """The last that was stated."""
    spans: list[OpenSpan] = field(default_factory=list)
    closing_seen_at: datetime | None = None
    """When the current closing was first observed by its status; None when only a closed_at states it."""
    status_before: PositionStatus | None = None
    """What a closing that only a closed_at states has replaced."""

    @property
    def is_closed(self) -> bool:
        return bool(self.spans) and self.spans[-1].closed_at is not None

    def take(self, at: datetime, sent: Mapping[str, Value]) -> None:
        opened_at, closed_at = _moment(sent.get("opened_at")), _moment(sent.get("closed_at"))
        if "status" in sent:
            self.status = PositionStatus(sent["status"]) if sent["status"] else None
        status = self.status if "status" in sent else None
        if status is PositionStatus.CLOSED or (status is None and closed_at is not None):
            self._close(at, opened_at, closed_at, by_status=status is not None, sent=sent)
        elif status is PositionStatus.OPEN:
            self._open(at, opened_at)
        else:
            self._correct(opened_at, sent, takes_back=status is None)

    def _close(
        self,
        at: datetime,
        opened_at: datetime | None,
        closed_at: datetime | None,
        *,
        by_status: bool,
        sent: Mapping[str, Value],
    ) -> None:
        if not self.is_closed:
            last = self.spans.pop() if self.spans else OpenSpan()
            self.closing_seen_at = at if by_status else None
            if not by_status:
                self.status_before, self.status = self.status, PositionStatus.CLOSED
            self.spans.append(OpenSpan(opened_at or last.opened_at, closed_at or at))
            return
        if by_status and self.closing_seen_at is None:
            self.closing_seen_at = at
        last = self.spans[-1]
        fallback = self.closing_seen_at if "closed_at" in sent else last.closed_at
        self.spans[-1] = OpenSpan(opened_at or last.opened_at, closed_at or fallback)

    def _open(self, at: datetime, opened_at: datetime | None) -> None:
        if not self.spans:
            self.spans.append(OpenSpan(opened_at))
        elif not self.is_closed:
            self.spans[-1] = replace(self.spans[-1], opened_at=opened_at or self.spans[-1].opened_at)
        else:
            closed = self.spans[-1].closed_at
            later = opened_at if opened_at and closed and opened_at > closed else at
            self.spans.append(OpenSpan(max(later, closed) if closed else later))

    def _correct(self, opened_at: datetime | None, sent: Mapping[str, Value], *, takes_back: bool) -> None:
        if opened_at is not None:
            if not self.spans:
                self.spans.append(OpenSpan(opened_at))
            elif self.is_closed and opened_at > (self.spans[-1].closed_at or opened_at):
                self.spans.append(OpenSpan(opened_at))
                self.status = PositionStatus.OPEN if takes_back else self.status
            else:
                self.spans[-1] = replace(self.spans[-1], opened_at=opened_at)
        elif "opened_at" in sent and self.spans:
            self.spans[-1] = replace(self.spans[-1], opened_at=None)
        if takes_back and "closed_at" in sent and self.is_closed:
            self.spans[-1] = replace(self.spans[-1], closed_at=self.closing_seen_at)
            if self.closing_seen_at is None:
                self.status = self.status_before

    def result(self) -> Openings:
        contradicted = [_is_contradicted(span) for span in self.spans]
        spans = tuple(
            replace(span, opened_at=None) if wrong else span for span, wrong in zip(self.spans, contradicted, strict=True)
        )
        return Openings(self.status, spans, is_contradicted=bool(contradicted) and contradicted[-1])


def _is_contradicted(span: OpenSpan) -> bool:
    return span.opened_at is not None and span.closed_at is not None and span.opened_at > span.closed_at


def _moment(value: Value) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def fold_openings(observations: Iterable[Observation]) -> Openings:
    """What these observations of ``FIELDS`` say together, in whatever order they are given."""
    sightings: dict[tuple[datetime, str], dict[str, Observation]] = {}
    for observation in observations:
        sent = sightings.setdefault((observation.observed_at, observation.source), {})
        held = sent.get(observation.field)
        if held is None or observation.rank > held.rank:
            sent[observation.field] = observation
    fold = _Fold()
    for (at, _), sent in sorted(sightings.items(), key=lambda sighting: sighting[0]):
        fold.take(at, {name: observation.value for name, observation in sent.items()})
    return fold.result()
