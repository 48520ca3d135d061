"""What happens in the re-engagement queue, for those who subscribe to it."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import EventData
from shared.events.fields import Code
from shared.events.topics import Topic
from shared.events.vocabulary import QueueOutcome, Reason
from shared.timestamps import Moment


class QueueItemEvent(EventData):
    """About one queue item, which is one person's."""

    topic: ClassVar[Topic] = Topic.REENGAGEMENT

    item_id: UUID
    candidate_id: UUID


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
