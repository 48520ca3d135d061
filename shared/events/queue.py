"""What happens in the re-engagement queue, for those who subscribe to it."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.base import EventData
from shared.events.fields import Code
from shared.events.topics import Topic
from shared.events.vocabulary import ObligationKind, QueueOutcome, Reason, Trigger
from shared.timestamps import Moment


class Plan(BaseModel):
    """A plan to come back to the person for a position: why the pursuit ended, and what brings it back now."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    position_id: UUID
    reason: Reason
    trigger: Trigger


class Owed(BaseModel):
    """Something that we owe the person and is overdue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    obligation_id: UUID
    kind: ObligationKind


class QueueItemEvent(EventData):
    """About one queue item, which is one person's. ``plans`` and ``owed`` are what was due then, the strongest first."""

    topic: ClassVar[Topic] = Topic.REENGAGEMENT

    item_id: UUID
    candidate_id: UUID
    plans: list[Plan] = []
    owed: list[Owed] = []


class QueueItemFellDue(QueueItemEvent):
    """We may come back to this person now."""

    type: ClassVar[str] = "rekindle.queue_item.fell_due"
    due_at: Moment
    reasons: list[Reason]
    priority: int


class QueueItemClaimed(QueueItemEvent):
    """A recruiter took the item, until the lease expires."""

    type: ClassVar[str] = "rekindle.queue_item.claimed"
    recruiter: Code
    lease_expires_at: Moment


class QueueItemRenewed(QueueItemEvent):
    """The recruiter who holds the item keeps it for longer."""

    type: ClassVar[str] = "rekindle.queue_item.renewed"
    recruiter: Code
    lease_expires_at: Moment


class QueueItemCompleted(QueueItemEvent):
    """A recruiter is done with the item."""

    type: ClassVar[str] = "rekindle.queue_item.completed"
    recruiter: Code
    outcome: QueueOutcome


class QueueItemSnoozed(QueueItemEvent):
    """A recruiter put the item off."""

    type: ClassVar[str] = "rekindle.queue_item.snoozed"
    recruiter: Code
    until: Moment


class QueueItemDismissed(QueueItemEvent):
    """A recruiter took the item out of the queue; the reason, free text, stays with engagement."""

    type: ClassVar[str] = "rekindle.queue_item.dismissed"
    recruiter: Code


class QueueItemRestored(QueueItemEvent):
    """A recruiter took back what they had done with the item, which ``event_id`` was the event of, and holds the item again."""

    type: ClassVar[str] = "rekindle.queue_item.restored"
    recruiter: Code
    lease_expires_at: Moment
    event_id: UUID


class QueueItemErased(QueueItemEvent):
    """Stands in the place of an event about the item of a person who was erased since, where that is published again."""

    type: ClassVar[str] = "rekindle.queue_item.erased"
