"""What the team owes people, for those who subscribe to it: rekindle.obligation.*."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import EventData
from shared.events.fields import Code
from shared.events.topics import Topic
from shared.events.vocabulary import ObligationKind
from shared.timestamps import Moment


class ObligationEvent(EventData):
    """One obligation as it is from then on; of several events about one, that with the highest sequence holds.

    ``candidate_id`` is the stream of the fact that made it, ``made_by`` that fact. A state that changes in itself, such as an
    earlier contact that met it, is published again.
    """

    topic: ClassVar[Topic] = Topic.REENGAGEMENT

    obligation_id: UUID
    candidate_id: UUID
    kind: ObligationKind
    position_id: UUID | None = None
    recruiter: Code | None = None
    made_by: UUID
    made_at: Moment
    due_at: Moment


class ObligationOpened(ObligationEvent):
    """We owe this person something now."""

    type: ClassVar[str] = "rekindle.obligation.opened"


class ObligationWarned(ObligationEvent):
    """Half of the time for a reply has passed."""

    type: ClassVar[str] = "rekindle.obligation.warned"


class ObligationOverdue(ObligationEvent):
    """The time has passed, and nothing was heard of us."""

    type: ClassVar[str] = "rekindle.obligation.overdue"


class ObligationMet(ObligationEvent):
    """We did what we owed; late where ``met_at`` is after ``due_at``."""

    type: ClassVar[str] = "rekindle.obligation.met"
    met_at: Moment


class ObligationWaived(ObligationEvent):
    """A recruiter decided that nothing is owed; the reason, free text, stays with engagement."""

    type: ClassVar[str] = "rekindle.obligation.waived"
    waived_at: Moment
    waived_by: Code


class ObligationWithdrawn(ObligationEvent):
    """Nothing was ever owed, or nothing is any more: the fact was retracted, or the person asked not to be contacted."""

    type: ClassVar[str] = "rekindle.obligation.withdrawn"
