"""Contacts that broke a rule, for those who subscribe to them: rekindle.policy_breach.*."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import EventData
from shared.events.fields import Code
from shared.events.topics import Topic
from shared.events.vocabulary import Channel
from shared.timestamps import Moment


class PolicyBreachEvent(EventData):
    """One rule that one contact broke. ``candidate_id`` is the stream of the contact, ``made_by`` its event on the bus."""

    topic: ClassVar[Topic] = Topic.REENGAGEMENT

    breach_id: UUID
    candidate_id: UUID
    code: Code
    made_by: UUID
    made_at: Moment
    channel: Channel
    recruiter: Code | None = None
    position_id: UUID | None = None


class PolicyBreachFound(PolicyBreachEvent):
    """A contact that was reported broke a rule that was valid at its time."""

    type: ClassVar[str] = "rekindle.policy_breach.found"


class PolicyBreachWithdrawn(PolicyBreachEvent):
    """There was no breach: a fact that came later says so."""

    type: ClassVar[str] = "rekindle.policy_breach.withdrawn"
