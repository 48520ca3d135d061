"""What becomes of return plans, for those who subscribe to them."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import EventData
from shared.events.topics import Topic
from shared.events.vocabulary import PlanChange, Reason, Trigger
from shared.timestamps import Moment


class ReturnPlanChanged(EventData):
    """The plan to come back to a person after a soft no appeared, changed or ended.

    ``position_id`` and ``attempt`` say which no it is. ``also`` are further reasons that must be met too. ``due_at`` is when it
    brings the person back next and ``trigger`` by what; without them only news or a position does.
    """

    type: ClassVar[str] = "rekindle.return_plan.changed"
    topic: ClassVar[Topic] = Topic.REENGAGEMENT

    candidate_id: UUID
    position_id: UUID
    attempt: int
    change: PlanChange
    reason: Reason
    also: list[Reason] = []
    closed_at: Moment
    due_at: Moment | None = None
    trigger: Trigger | None = None
