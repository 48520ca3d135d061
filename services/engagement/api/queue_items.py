"""An item of the queue as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.engagement.domain.priority import Factor
from services.engagement.domain.queue import QueueReason as DueReason
from services.engagement.domain.queue import QueueStatus
from services.engagement.domain.sentences import as_sentence
from services.engagement.storage.positions import KnownPosition
from services.engagement.use_cases.list_queue import Listed
from shared.events.vocabulary import ObligationKind, Reason, Tier, Trigger


class QueueReason(BaseModel):
    """One plan to come back, and what brought it: its time, a signal or a reply; or something that we owe and is overdue."""

    position_id: UUID | None = Field(description="The position; null where what we owe concerns none.")
    position_references: list[str]
    position_title: str | None
    reason: Reason | None = Field(description="Why the pursuit ended; null for what we owe.", examples=["salary"])
    due_at: datetime
    trigger: Trigger
    obligation_id: UUID | None = Field(None, description="What we owe and is overdue, where the trigger is obligation_overdue.")
    kind: ObligationKind | None = Field(None, description="What kind of thing we owe.", examples=["reply"])
    recruiter: str | None = Field(None, description="Whose it is, as a code.", examples=["maria"])


class PriorityPart(BaseModel):
    """Points that an item has for one thing, and why in words."""

    factor: Factor = Field(description="what the points are for", examples=["stage"])
    points: int = Field(description="added to the priority; may be negative", examples=[40])
    why: str = Field(description="in words", examples=["Was interested."])


class QueueItem(BaseModel):
    """A person to come back to. ``candidate_id`` is the person; a claimed item says who holds it."""

    id: UUID
    candidate_id: UUID
    references: list[str]
    due_at: datetime | None
    priority: int = Field(ge=0, le=100)
    parts: list[PriorityPart] = Field(description="what the priority is made of; the points add up to it")
    status: QueueStatus
    explanation: str = Field(
        description="Why to come back, as a sentence: the strongest reason first, nothing twice.",
        examples=["Declined for salary at 85,000 EUR in March 2026; this role pays to 95,000 EUR."],
    )
    reasons: list[QueueReason]
    recruiter: str | None = Field(None, description="who holds the lease")
    lease_expires_at: datetime | None = None
    tier: Tier | None = Field(description="how close we stay to the person; inner after a declined offer or as runner-up")
    last_touch_by: str | None = Field(description="the recruiter who contacted the person last, where that is known")


class LeasedQueueItem(QueueItem):
    """An item with the lease that completion, snooze and dismissal ask for."""

    lease: UUID


class HeldQueueItem(QueueItem):
    """An item, with its lease for the recruiter who holds it."""

    lease: UUID | None = Field(None, description="What completion, snooze and dismissal ask for.")


def shown_item(listed: Listed, now: datetime) -> QueueItem:
    """An item as the API shows it at ``now``."""
    return QueueItem.model_validate(_fields(listed, now))


def leased_item(listed: Listed, now: datetime) -> LeasedQueueItem:
    """An item with its lease, for who has just taken it."""
    lease = listed.item.lease
    return LeasedQueueItem.model_validate({**_fields(listed, now), "lease": None if lease is None else lease.id})


def held_item(listed: Listed, now: datetime, *, recruiter: str | None) -> HeldQueueItem:
    """An item with its lease where ``recruiter`` holds it at ``now``."""
    lease = listed.item.lease
    is_theirs = lease is not None and recruiter == lease.recruiter and lease.expires_at > now
    return HeldQueueItem.model_validate({**_fields(listed, now), "lease": lease.id if lease and is_theirs else None})


def _fields(listed: Listed, now: datetime) -> dict[str, object]:
    item = listed.item
    status = item.status(now)
    lease = item.lease if status is QueueStatus.CLAIMED else None
    return {
        "id": item.id,
        "candidate_id": item.person_id,
        "references": list(listed.references),
        "due_at": item.due_at,
        "priority": item.priority,
        "parts": [{"factor": part.factor, "points": part.points, "why": as_sentence(part.why)} for part in item.parts],
        "status": status,
        "explanation": as_sentence(item.explanation(now)),
        "reasons": [_reason(reason, listed.positions) for reason in item.reasons_at(now)],
        "recruiter": None if lease is None else lease.recruiter,
        "lease_expires_at": None if lease is None else lease.expires_at,
        "tier": item.tier,
        "last_touch_by": item.last_touch_by,
    }


def _reason(reason: DueReason, known: Mapping[UUID, KnownPosition]) -> QueueReason:
    position = None if reason.position_id is None else known.get(reason.position_id)
    return QueueReason(
        position_id=reason.position_id,
        position_references=[] if position is None else position.references,
        position_title=None if position is None else position.title,
        reason=reason.reason,
        due_at=reason.due_at,
        trigger=reason.trigger,
        obligation_id=reason.obligation_id,
        kind=reason.kind,
        recruiter=reason.recruiter,
    )
