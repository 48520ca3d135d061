"""What subscribers are given of an action on a queue item."""

from datetime import datetime

from services.engagement.domain.queue import QueueItem
from services.engagement.domain.queue_log import Action, Done
from shared.events import QueueItemCompleted, QueueItemDismissed, QueueItemSnoozed
from shared.events.queue import QueueItemEvent


def event_of(done: Done, item: QueueItem, recruiter: str, now: datetime) -> QueueItemEvent:
    """The event of a completion, a snooze or a dismissal, with the plans that were due; the note stays in this service."""
    about = {"item_id": item.id, "candidate_id": item.person_id, "plans": item.plans_at(now), "recruiter": recruiter}
    about |= {"owed": item.owed_at(now)}
    if done.action is Action.SNOOZED:
        return QueueItemSnoozed.model_validate(about | {"until": done.until})
    if done.action is Action.COMPLETED:
        return QueueItemCompleted.model_validate(about | {"outcome": done.outcome})
    return QueueItemDismissed.model_validate(about)
