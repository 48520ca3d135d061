"""Soft nos and the queue: who is due, who was brought back and by what, and what recruiters made of it."""

from datetime import datetime
from uuid import UUID

from services.analytics.metrics.adding_up import Counts, Total
from services.analytics.metrics.metric import Contribution, Metric
from services.analytics.metrics.subjects import Gone, Item, Subject
from shared.events import (
    QueueItemCompleted,
    QueueItemDismissed,
    QueueItemFellDue,
    QueueItemRestored,
    QueueItemSnoozed,
    ReturnPlanChanged,
)
from shared.events.queue import QueueItemEvent
from shared.events.vocabulary import PlanChange
from shared.ids import derived_id

UNPLANNED_ATTEMPTS = "soft_nos_unplanned.attempts"


def plan_id(stream: UUID, position: UUID, attempt: int) -> UUID:
    """The id of the plan that a stream's attempt for a position has."""
    return derived_id(f"plan:{stream}:{position}:{attempt}")


def of_plan(event: ReturnPlanChanged) -> Item:
    """A plan as it is from then on. One that ended stays, and counts nothing."""
    counted = []
    if event.change is not PlanChange.ENDED:
        dated = Contribution(f"soft_nos_due.{event.reason}", event.due_at) if event.due_at is not None else None
        counted = [dated or Contribution("soft_nos_undated.plans", event.closed_at)]
    return Item(
        kind=Subject.PLAN,
        id=plan_id(event.candidate_id, event.position_id, event.attempt),
        stream=event.candidate_id,
        began_at=event.closed_at,
        contributions=counted,
        position=event.position_id,
        number=event.attempt,
    )


def of_queue_event(event: QueueItemEvent, id: UUID, at: datetime) -> Item | Gone | None:
    """What happened to a queue item, None where nothing counts it. What was taken back never was."""
    if isinstance(event, QueueItemRestored):
        return Gone(Subject.QUEUE, event.event_id)
    recruiter = None
    if isinstance(event, QueueItemFellDue):
        measures = [f"brought_back.{trigger}" for trigger in dict.fromkeys(plan.trigger for plan in event.plans)]
    elif isinstance(event, QueueItemCompleted):
        measures, recruiter = [f"queue_work.{event.outcome}"], event.recruiter
    elif isinstance(event, QueueItemSnoozed):
        measures, recruiter = ["queue_work.snoozed"], event.recruiter
    elif isinstance(event, QueueItemDismissed):
        measures, recruiter = ["queue_work.dismissed"], event.recruiter
    else:
        measures = []
    if not measures:
        return None
    return Item(
        kind=Subject.QUEUE,
        id=id,
        stream=event.candidate_id,
        began_at=at,
        contributions=[Contribution(measure, at) for measure in measures],
        recruiter=recruiter,
    )


SOFT_NOS_DUE = Metric(
    name="soft_nos_due",
    of=Subject.PLAN,
    question="How many soft nos are due, by reason?",
    unit="soft nos",
    definition="Soft nos whose return plan brings the person back by now and was not used yet, by the reason of the "
    "close. Activity view: at the time they fell due.",
    formula="count(plans where due <= now) by reason",
    adds_up=Counts("soft_nos_due"),
    key="reason",
)

SOFT_NOS_UNDATED = Metric(
    name="soft_nos_undated",
    of=Subject.PLAN,
    question="How many soft nos does no date bring back any more?",
    unit="soft nos",
    definition="Soft nos that live and whose plan has no due time: it was used, and only news or a position brings the "
    "person back. Activity view: at the time of the close.",
    formula="count(plans where due is null)",
    adds_up=Total("soft_nos_undated", "plans"),
)

SOFT_NOS_UNPLANNED = Metric(
    name="soft_nos_unplanned",
    of=Subject.UNPLANNED,
    question="How many soft nos are without any return plan?",
    unit="soft nos",
    definition="Latest attempts with the outcome soft_no of which no return plan was ever announced, neither one that lives nor "
    "one that ended: nothing brings these people back. Activity view: at the time of the close.",
    formula="count(attempts where outcome = soft_no and no plan)",
    adds_up=Total("soft_nos_unplanned", "attempts"),
)

BROUGHT_BACK = Metric(
    name="brought_back",
    of=Subject.QUEUE,
    question="What brings people back: time, news, a reply, an application or a position?",
    unit="times a person fell due",
    definition="How often an item of the re-engagement queue fell due, by what brought it back; with several plans by "
    "each trigger once. What we owe brings nobody back. Activity view: at that time.",
    formula="count(items that fell due) by trigger",
    adds_up=Counts("brought_back"),
    key="trigger",
)

QUEUE_WORK = Metric(
    name="queue_work",
    of=Subject.QUEUE,
    question="What becomes of the people whom the queue proposes?",
    unit="items",
    definition="How often recruiters were done with an item, by outcome, snoozed it or dismissed it; what was undone does not "
    "count. Activity view: then.",
    formula="count(items completed, snoozed, dismissed) by outcome",
    adds_up=Counts("queue_work"),
    key="outcome",
)
