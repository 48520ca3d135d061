"""The return plans of a person, as they are stored and announced: one for each live soft no."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.engagement.domain.reopening import SoftNo
from services.engagement.domain.returns import Condition
from shared.attempts import Close, CloseKind
from shared.events.vocabulary import RejectedBy, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One live soft no: how the attempt closed, what must be met, the close's own reason first, and what brings it back next.

    ``due_at`` and ``trigger`` are None where only news or a position brings it back: no time does, or what was due has ended.
    """

    person_id: UUID
    position_id: UUID
    attempt: int
    kind: CloseKind
    closed_by: RejectedBy | None
    closed_at: datetime
    conditions: Sequence[Condition]
    due_at: datetime | None
    trigger: Trigger | None

    @property
    def close(self) -> Close:
        """The close that it is about."""
        own, *also = self.conditions
        further = [{"reason": one.reason, "facts": one.facts.model_dump(exclude_none=True)} for one in also]
        facts = own.facts.model_dump(exclude_none=True)
        return Close(self.kind, own.reason, self.closed_at, facts, self.closed_by, None, further)


def rows_of(person: UUID, soft_nos: Iterable[SoftNo]) -> list[PlanRow]:
    """A row for each soft no, by position and attempt."""
    rows = [_row(person, one) for one in soft_nos]
    return sorted(rows, key=lambda row: (row.position_id, row.attempt))


def _row(person: UUID, soft_no: SoftNo) -> PlanRow:
    close, coming = soft_no.close, soft_no.next
    return PlanRow(
        person_id=person,
        position_id=soft_no.position_id,
        attempt=soft_no.attempt.number,
        kind=close.kind,
        closed_by=None if close.by is None else RejectedBy(close.by),
        closed_at=close.time,
        conditions=soft_no.conditions,
        due_at=None if coming is None else coming.plan.due_at,
        trigger=None if coming is None else coming.plan.trigger,
    )
